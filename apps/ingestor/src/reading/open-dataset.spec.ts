import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addCounters, loadDataset, type Dataset } from '@dsf/dataset'
import { describe, expect, it, test } from 'vitest'
import { openDataset } from './open-dataset.ts'
import type { Block } from './block.ts'

interface Case {
  what: string
  dialect?: Partial<Dataset['dialect']>
  reading?: Dataset['reading']
  text: string
  header: string[]
  rows: string[][]
  unreadable?: [row: number, text: string][]
  encoding?: 'latin1'
  tolerated?: Record<string, number>
}

const root = join(import.meta.dirname, '../../../..')
const vectors = JSON.parse(readFileSync(join(root, 'libs/dataset/vectors/files.json'), 'utf8')) as {
  cases: Case[]
}
const weather = loadDataset(join(root, 'datasets/seattle-weather'))

function datasetOf({ dialect, reading, header }: Omit<Case, 'what' | 'text' | 'rows'>): Dataset {
  const fields = header.map((name) => ({ ...weather.fields[0]!, name, header: name }))
  return { ...weather, fields, key: [fields[0]!], dialect: { ...weather.dialect, ...dialect }, reading }
}

async function* chunksOf(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(one: Omit<Case, 'what' | 'rows'>, size = 1e6) {
  const bytes = Buffer.from(one.text, one.encoding)
  const file = await openDataset(datasetOf(one), () => chunksOf(bytes, size))
  const blocks: Block[] = []
  for await (const block of file.blocks()) blocks.push(block)
  return { header: file.header, blocks }
}

const rowsOf = (blocks: Block[]) => blocks.flatMap(({ rows }) => rows)

describe.each(vectors.cases)('$what', (one) => {
  it.each([1, 3, 1e6])('is read as in the audit, from chunks of %d bytes', async (size) => {
    const { header, blocks } = await read(one, size)
    expect(header).toEqual(one.header)
    expect(rowsOf(blocks).map(({ cells }) => cells)).toEqual(one.rows)
    const refused = blocks.flatMap(({ unreadable }) => unreadable)
    expect(refused.map(({ row, bytes }) => [row, bytes.toString(one.encoding)])).toEqual(one.unreadable ?? [])
    const tolerated: Record<string, number> = {}
    for (const block of blocks) addCounters(tolerated, block.tolerated)
    expect(tolerated).toEqual(one.tolerated ?? {})
  })

  it('has its rows where the file has them', async () => {
    const { blocks } = await read(one)
    for (const { cells, byte } of rowsOf(blocks)) {
      const beginning = Buffer.from(one.text, one.encoding)
        .subarray(byte)
        .toString()
        .replace(one.dialect?.skipInitialSpace ? /^ *"?/ : /^\0?"?\0?/, '')
      expect(beginning.startsWith(cells[0]!)).toBe(true)
    }
  })
})

const plain = { header: ['id', 'n'] }

test('a run goes on before the footer, and does not read past it', async () => {
  const one = { ...plain, reading: { footer: ['Total'] }, text: 'id,n\n1,2\nTotal\n' }
  const { blocks } = await read(one)
  expect(blocks.at(-1)!.end).toEqual({ byte: 9, row: 1 })
  const file = await openDataset(datasetOf(one), () => chunksOf(Buffer.from(one.text), 4))
  for await (const block of file.blocks({ byte: 9, row: 1 })) expect(block.rows).toEqual([])
})

test.each([
  ['many lines', 'x\n'.repeat(100)],
  ['many bytes', 'x'.repeat(70_000)],
])('a row that begins like a footer, with %s behind it, fails the run', async (_, rest) => {
  const text = `id,n\n1,2\nTotal,3\n${rest}`
  await expect(read({ ...plain, reading: { footer: ['Total'] }, text })).rejects.toThrow(
    /^the line at byte 9 begins like a footer/,
  )
})

test('a comment may be longer than a row', async () => {
  const text = `id,n\n#${'x"'.repeat(100_000)}\n1,2\n#${'y'.repeat(300_000)}`
  const { blocks } = await read({ ...plain, dialect: { commentChar: '#' }, text }, 70_000)
  expect(rowsOf(blocks)).toEqual([{ row: 1, byte: 200_007, cells: ['1', '2'] }])
  expect(blocks.at(-1)!.end.byte).toBe(text.length)
})

test.each([
  [{ headerRows: [2] }, 'id,n\n\n1,2\n', 'line 2 is blank, and headerRows of the dialect names it'],
  [{ headerRows: [9] }, 'id,n\n1,2\n', 'the file has no header: it ends before the line of one'],
  [
    { headerRows: [1, 2] },
    'id,"\nn"\n',
    'it goes on from line 1 to line 2, which the dialect names for itself',
  ],
  [{ commentRows: [2] }, 'id,"\nn"\n', 'it goes on from line 1 to line 2'],
  [{ headerRows: [4] }, 'x'.repeat(200_000), 'more than 65536 bytes of lines that are no rows'],
])('%j of %j: %s', async (dialect, text, sentence) => {
  await expect(read({ ...plain, dialect, text })).rejects.toThrow(sentence)
})

describe('the number of a row', () => {
  const numbered = (words: object) => {
    const dataset = datasetOf(plain)
    const number = {
      ...dataset.fields[0]!,
      name: 'row',
      header: 'row',
      type: 'integer',
      rowNumber: true,
    } as const
    return { ...dataset, fields: [number, ...dataset.fields], key: [number], ...words }
  }
  const columnsIn = async (text: string, words: object = {}) =>
    (await openDataset(numbered(words), () => chunksOf(Buffer.from(text), 4))).columns

  it('stands behind the cells of a file, which has no column of it', async () => {
    expect(await columnsIn('id,n\n1,2\n')).toEqual([2, 0, 1])
    expect(await columnsIn('n,more,id\n1,2,3\n', { fieldsMatch: 'subset' })).toEqual([3, 2, 0])
    expect(await columnsIn('n\n1\n', { fieldsMatch: 'superset' })).toEqual([1, -1, 0])
    const dialect = { ...numbered({}).dialect, header: false }
    expect(await columnsIn('1,2\n', { dialect })).toEqual([2, 0, 1])
  })

  it('is no column of the file by its name either', async () => {
    await expect(columnsIn('row,id,n\n1,2,3\n')).rejects.toThrow('unknown "row"')
  })
})
