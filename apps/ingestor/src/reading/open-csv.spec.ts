import { describe, expect, it } from 'vitest'
import { openCsv } from './open-csv.ts'
import { readHeader } from './read-header.ts'
import type { Block } from './block.ts'

const dialect = { delimiter: ',', quoteChar: '"' }

describe('readHeader', () => {
  const header = (text: string, final = true) => readHeader(Buffer.from(text), dialect, final, 30)

  it.each([
    ['a,b\nc', ['a', 'b'], 4],
    ['\ufeffa,"b"\r\nc', ['a', 'b'], 10],
    ['\ufeff"a ""é""\n",b', ['a "é"\n', 'b'], 16],
    ['\n\r\na,b', ['a', 'b'], 6],
    // only the header is judged, not the first bytes of the next row
    ['\ufeffa,b\r\né', ['a', 'b'], 8],
  ])('%j', (text, cells, byte) => {
    expect(header(text)).toEqual({ cells, end: { byte, row: 0 } })
  })

  it('asks for more while the header is incomplete', () => {
    for (const part of ['', '\ufeff', '\n', 'a,b', '"a\n', 'a,"b"\r'])
      expect(header(part, false)).toBeUndefined()
  })

  it('gives up on a comment that has no end', () => {
    const comment = `a,b\n${'x'.repeat(40)}`
    expect(() => readHeader(Buffer.from(comment), { ...dialect, commentRows: [2] }, false, 30)).toThrow(
      'more than 30 bytes of lines that are no rows behind its header',
    )
  })

  it('gives up on a file that begins with nothing but blank lines', () => {
    expect(() => header('\n'.repeat(31), false)).toThrow('more than 30 bytes of blank lines at its beginning')
  })

  it.each([
    ['a header within the limit', `${'#23456789\n'.repeat(3)}a,b\n`, {}],
    ['a header behind it', `${'#23456789\n'.repeat(3)}\na,b\n`, {}],
    ['a header row by its number', `${'"title\n'.repeat(6)}a,b\n`, { headerRows: [7] }],
    ['comments behind a header', `a,b\n${'#23456789\n'.repeat(4)}1,2\n`, { commentRows: [2, 3, 4, 5] }],
  ])('judges a beginning by what it is, however much of the file is there: %s', (_, text, words) => {
    const bytes = Buffer.from(text + '1,2\n'.repeat(100))
    const read = (length: number) => {
      const part = bytes.subarray(0, length)
      try {
        return readHeader(part, { ...dialect, commentChar: '#', ...words }, length >= bytes.length, 30)
      } catch (error) {
        return (error as Error).message
      }
    }
    const all = read(bytes.length)
    expect(all).toBeDefined()
    for (let length = 1; length < bytes.length; length++)
      expect([undefined, all]).toContainEqual(read(length))
  })

  it.each([
    ['', 'the file is empty'],
    ['\ufeff\n', 'the file is empty'],
    ['a,"b\n', 'the header row cannot be read: unclosed quote'],
    ['a,"b"c\n', 'the header row cannot be read: text after a closing quote'],
    ['a,"b"c\r\n1\r2,3\n', 'the header row cannot be read: text after a closing quote'],
    ['a,\0\n', 'the header row cannot be read: holds a NUL byte'],
    [
      `${'a'.repeat(31)}\n`,
      'the header row cannot be read: longer than 30 bytes, which is source.maxRowBytes of the dataset',
    ],
    [
      'a'.repeat(40),
      'the header row cannot be read: longer than 30 bytes, which is source.maxRowBytes of the dataset',
    ],
    [
      'a, "b"\n',
      'the header row cannot be read: white space before an opening quote, see dialect.skipInitialSpace',
    ],
    [
      'id,n\r1,2\r'.repeat(9),
      'source.maxRowBytes of the dataset; its lines seem to end in CR alone, which "lineTerminator": "\\\\r" of the dialect says',
    ],
  ])('%j: %s', (text, message) => {
    // at the end of what it says: no hint behind it
    expect(() => header(text)).toThrow(new RegExp(`${message.replaceAll(/[.]/g, '\\.')}$`))
  })
})

describe('openCsv', () => {
  async function* chunksOf(text: string, size: number) {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  async function collect(blocks: AsyncIterable<Block>) {
    const all: Block[] = []
    for await (const block of blocks) all.push(block)
    return all
  }
  const text = '\ufeffid,name\n1,"a, b"\n2\n3,c\n'

  it.each([1, 7, 1000])(
    'reads the header, then the rows, from chunks of %i bytes, and resumes',
    async (size) => {
      const file = await openCsv(() => chunksOf(text, size), { dialect })
      expect(file.header).toEqual(['id', 'name'])
      const blocks = await collect(file.blocks())
      expect(blocks.flatMap((b) => b.rows.map((row) => row.cells))).toEqual([
        ['1', 'a, b'],
        ['3', 'c'],
      ])
      expect(blocks.flatMap((b) => b.unreadable.map((row) => row.reason))).toEqual([
        'wrong number of cells: 1, expected 2',
      ])
      for (const [i, { end }] of blocks.entries()) {
        if (end.byte === 0) continue
        const resumed = await openCsv(() => chunksOf(text, 3), { dialect })
        const rest = await collect(resumed.blocks(end))
        expect(rest.flatMap((b) => b.rows)).toEqual(blocks.slice(i + 1).flatMap((b) => b.rows))
      }
    },
  )

  it.each([{ commentRows: [1] }, { commentChar: '#' }])(
    'takes no file for a comment whose lines end in CR alone: %j',
    async (words) => {
      const open = openCsv(() => chunksOf('# units\r1,2\r', 1000), {
        dialect: { ...dialect, ...words },
        columns: ['id', 'name'],
      })
      await expect(open).rejects.toThrow(
        'is a comment, and the rest of the file; its lines seem to end in CR',
      )
    },
  )

  it('begins with a row where the file has no header', async () => {
    const file = await openCsv(() => chunksOf('\ufeff1,"a, b"\n2\n', 3), { dialect, columns: ['id', 'name'] })
    const blocks = await collect(file.blocks())
    expect(file.header).toEqual(['id', 'name'])
    expect(blocks.flatMap((b) => b.rows)).toEqual([{ row: 1, byte: 3, cells: ['1', 'a, b'] }])
    expect(blocks.flatMap((b) => b.unreadable.map(({ row }) => row))).toEqual([2])
  })

  it.each([66_000, 70_000, 200_000])(
    'reads what has a long preamble, from chunks of %i bytes',
    async (size) => {
      const preamble = '# 345678901234567890\n'.repeat(3200)
      const open = (maxRowBytes: number) =>
        openCsv(() => chunksOf(`${preamble}id,name\n1,a\n`, size), {
          dialect: { ...dialect, commentChar: '#' },
          maxRowBytes,
        })
      expect((await open(preamble.length)).header).toEqual(['id', 'name'])
      await expect(open(preamble.length - 1)).rejects.toThrow('of lines that are no rows at its beginning')
    },
  )

  it('refuses a position outside the file', async () => {
    const open = () => openCsv(() => chunksOf(text, 4), { dialect })
    await expect(collect((await open()).blocks({ byte: 3, row: 0 }))).rejects.toThrow('before the first row')
    await expect(collect((await open()).blocks({ byte: 99, row: 9 }))).rejects.toThrow('before byte 99')
  })

  it('names a foreign file before it complains about the header', async () => {
    const sniff = (head: Buffer) => (head[0] === 60 ? 'an HTML page' : undefined)
    await expect(openCsv(() => chunksOf('<html>"', 3), { dialect, sniff })).rejects.toThrow('an HTML page')
    await expect(openCsv(() => chunksOf('', 3), { dialect })).rejects.toThrow('the file is empty')
  })

  it('opens the file a second time for what follows a quote that never closed, and not a third time', async () => {
    const rows = 'x,"",z\n'.repeat(20_000)
    let opened = 0
    const open = () => {
      opened++
      return chunksOf(`a,b,c\n"q\nghost,x,y\nq",1,"2\n${rows}`, 50_000)
    }
    const blocks = await collect((await openCsv(open, { dialect, maxRowBytes: 100 })).blocks())
    expect(blocks.flatMap((b) => b.rows).length).toBe(20_000)
    expect(blocks.flatMap((b) => b.unreadable)).toEqual([
      { row: 1, byte: 6, bytes: Buffer.from('"q\nghost,x,y\nq",1,"2'), reason: 'unclosed quote' },
    ])
    // once for the header
    expect(opened).toBe(3)
  })

  it('closes the source when the reader stops early', async () => {
    let closed = false
    async function* source() {
      try {
        for (;;) yield Buffer.from('a,b\n'.repeat(1000))
      } finally {
        closed = true
      }
    }
    for await (const block of (await openCsv(source, { dialect })).blocks()) if (block.rows.length > 0) break
    expect(closed).toBe(true)
  })
})
