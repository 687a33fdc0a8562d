import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initDataset } from './init-dataset.ts'
import { takeSample } from './take-sample.ts'

let into = ''
beforeAll(() => {
  into = mkdtempSync(join(tmpdir(), 'dsf-'))
})
afterAll(() => rmSync(into, { recursive: true }))

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(into, name), content)
  return join(into, name)
}
const init = (name: string, content: string | Buffer) =>
  initDataset(write(name, content), { into, force: true })
const definitionOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'datapackage.json'), 'utf8'))
// JSON that is looked into
type Json = any

const tides = [
  'Station;Zeit;Pegel;Art',
  ...Array.from(
    { length: 60 },
    (_, i) => `S${i % 3};20.01.2024 ${Math.floor(i / 3)}:15;${i}.5;${i % 2 ? 'ebb' : 'flood'}`,
  ),
].join('\r\n')

describe('the definition of a file that nobody has seen', () => {
  it('says how it is written, what its columns hold, and what they are for', async () => {
    const { folder, findings, doubts, tried } = await init('Tides 2024.csv', tides)
    expect(definitionOf(folder)).toEqual({
      name: 'tides-2024',
      title: 'Tides 2024',
      resources: [
        {
          name: 'tides-2024',
          path: 'sample.csv',
          dialect: { delimiter: ';' },
          schema: {
            primaryKey: ['Station', 'Zeit'],
            fields: [
              { name: 'Station', type: 'string' },
              { name: 'Zeit', type: 'datetime', format: '%d.%m.%Y %H:%M' },
              { name: 'Pegel', type: 'number' },
              { name: 'Art', type: 'string' },
            ],
          },
        },
      ],
      'x-dsf': { eventTime: 'Zeit', type: 'Station' },
    })
    expect(tried.counts).toEqual({ read: 60, clean: 60, duplicate: 0, refused: 0 })
    expect(doubts).toEqual([])
    expect(findings.map(({ about }) => about)).toEqual(
      expect.arrayContaining(['delimiter', 'primary key', 'column Art']),
    )
    for (const { why, sure } of findings) expect([why, sure]).not.toContain('')
  })

  it('has a line for each field', async () => {
    const { folder } = await init('tides.csv', tides)
    expect(readFileSync(join(folder, 'datapackage.json'), 'utf8')).toContain(
      '\n          { "name": "Zeit", "type": "datetime", "format": "%d.%m.%Y %H:%M" },\n',
    )
  })

  it('is not written over one that is there', async () => {
    const file = write('twice.csv', tides)
    await initDataset(file, { into, force: false })
    await expect(initDataset(file, { into, force: false })).rejects.toThrow('--force')
  })

  it('gives columns other names where theirs are kept or equal', async () => {
    const { folder } = await init('kept.csv', 'dt,Ab,ab,dsf_row\n1,2,3,4\n5,6,7,8\n')
    const fields = definitionOf(folder).resources[0].schema.fields as Json[]
    expect(fields.map((field) => field['x-dsf']?.column)).toEqual(['f1_dt', undefined, 'f3_ab', 'f4_dsf_row'])
  })

  it('has names for columns that have none, or one twice', async () => {
    const { folder, doubts, tried } = await init('unnamed.csv', ',a,a,column_1\n1,2,3,4\n5,6,7,8\n')
    const { fields } = definitionOf(folder).resources[0].schema
    expect(fields.map((field: Json) => [field.name, field['x-dsf']?.header])).toEqual([
      ['column_2', ''],
      ['a', undefined],
      ['a_2', 'a'],
      ['column_1', undefined],
    ])
    expect(doubts).toEqual([expect.stringContaining('column 1 is "column_2", column 3 is "a_2"')])
    expect(tried.counts).toMatchObject({ read: 2, clean: 2 })
  })

  it('takes a first row of values for no header', async () => {
    const { folder, tried } = await init('bare.csv', '1,2024-01-05,x\n2,2024-01-06,y\n3,2024-01-07,x\n')
    const [resource] = definitionOf(folder).resources
    expect(resource.dialect).toEqual({ header: false })
    expect(resource.schema.fields.map(({ type }: Json) => type)).toEqual(['integer', 'date', 'string'])
    expect(tried.counts).toMatchObject({ read: 3, clean: 3 })
  })

  it('has the whole row for a key where no columns are one', async () => {
    const { folder } = await init(
      'plain.csv',
      `level\n${Array.from({ length: 40 }, (_, i) => (i % 7) / 2).join('\n')}\n`,
    )
    expect(definitionOf(folder)['x-dsf']).toEqual({ key: 'row' })
  })

  it('keeps all digits of times and numbers where the whole row is the key, and says so', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `2024-01-01T00:00:00.0000${10 + (i >> 1)}Z,${i >> 1}.5`)
    const { folder, doubts, tried } = await init('fine.csv', `seen,level\n${rows.join('\n')}\n`)
    const { fields } = definitionOf(folder).resources[0].schema
    expect(definitionOf(folder)['x-dsf']).toEqual({ key: 'row' })
    expect(fields.map(({ type }: Json) => type)).toEqual(['string', 'number'])
    expect(doubts).toEqual([expect.stringContaining('seen: its cells are datetimes of more digits')])
    expect(tried.counts).toMatchObject({ clean: 20, duplicate: 20, refused: 0 })
  })

  it.each<[what: string, encoding: string | undefined, encode: (text: string) => Buffer]>([
    ['Windows-1252, which nothing says', 'windows-1252', (text) => Buffer.from(text, 'latin1')],
    ['UTF-16, which its mark says', undefined, (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-8 with its mark', undefined, (text) => Buffer.from(`\ufeff${text}`)],
    ['UTF-8 in zstd', undefined, (text) => zstdCompressSync(text)],
  ])('has the letters of a file in %s', async (_, encoding, encode) => {
    const cities = ['München', 'Nîmes', 'Besançon', 'Córdoba', 'Malmö', 'Århus', 'Évreux', 'Trondheim']
    const rows = cities.map((city, i) => `${i},Die schöne Stadt ${city} ist größer als früher`)
    const { folder, tried } = await init('cities.csv', encode(`id,city\n${rows.join('\n')}\n`))
    expect(definitionOf(folder).resources[0].encoding).toBe(encoding)
    expect(tried.rows[0]!.values).toEqual({ id: 0, city: 'Die schöne Stadt München ist größer als früher' })
    expect(tried.counts).toMatchObject({ read: 8, clean: 8 })
  })

  it('can be made of a name that a hostile server chose', async () => {
    const { folder } = await init('a.csv', 'a,"__proto__","\u001b[2J","constructor"\n1,2,3,4\n')
    expect(definitionOf(folder).resources[0].schema.fields).toHaveLength(4)
  })
})

describe('no definition is made, and it is said why,', () => {
  it.each<[what: string, content: string | Buffer, why: RegExp]>([
    ['of a page', '<!doctype html><title>Moved</title>', /an HTML page titled "Moved"/],
    ['of an empty file', '', /the file is empty/],
    ['of a header alone', 'a,b\n', /no row behind its header/],
    [
      'of Shift_JIS',
      Buffer.from(
        '6e616d652c6e0a938c8b9e937390e791e393638be682cc906c8cfb2c300a91e58de3957b91e58de38e7382cc906c8cfb2c310a82b182ea82cd93fa967b8cea82cc95b68fcd82c582b72c320a966b8a4393b98e4496798e7382cc8b4389b782c68d7e908597ca2c330a',
        'hex',
      ),
      /not UTF-8.*Shift_JIS.*iconv/,
    ],
    [
      'of too many columns',
      `${'a,'.repeat(3000)}b\n${'1,'.repeat(3000)}2\n`,
      /3001 columns, and a dataset has at most 2000/,
    ],
  ])('%s', async (_, content, why) => {
    await expect(init('none.csv', content)).rejects.toThrow(why)
  })

  it('under a name that would leave its folder, and nothing is written anywhere', async () => {
    const asked = initDataset(write('fine.csv', tides), { into, force: true, name: '../evil1' })
    await expect(asked).rejects.toThrow('--name ../evil1: expected lower-case letters')
    expect(existsSync(join(tmpdir(), 'evil1'))).toBe(false)
    expect(existsSync(join(into, '../evil1'))).toBe(false)
  })

  it('of a file that is not there', async () => {
    await expect(initDataset(join(into, 'nobody.csv'), { into, force: true })).rejects.toThrow(
      'nobody.csv cannot be read',
    )
  })
})

async function served<T>(listener: RequestListener, ask: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    return await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.csv?token=secret`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('the beginning of a file', () => {
  const bounds = { bytes: 100_000, seconds: 2 }

  it('is all that is taken of a long one', async () => {
    let sent = 0
    const endless: RequestListener = (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('a,b\n'.repeat(5000))) sent += 20_000
      }
      response.on('drain', more)
      more()
    }
    const sample = await served(endless, (url) => takeSample(url, bounds))
    expect([sample.bytes.length, sample.isWhole]).toEqual([100_000, false])
    expect(sent).toBeLessThan(50_000_000)
  })

  it('is all that is decompressed of a bomb', async () => {
    const bomb = write('bomb.csv.gz', gzipSync(Buffer.alloc(200_000_000, 'a,b\n')))
    const { bytes, isWhole, compression } = await takeSample(bomb, bounds)
    expect([bytes.length, isWhole, compression]).toEqual([100_000, false, 'gzip'])
  })

  it('must come in time', async () => {
    const silent: RequestListener = (_, response) => void response.write('a,b\n')
    const asked = served(silent, (url) => takeSample(url, { ...bounds, seconds: 0.3 }))
    await expect(asked).rejects.toThrow('did not come within 0.3 s')
  })

  it('of a server that has none is told without what may be a secret', async () => {
    const none: RequestListener = (_, response) => void response.writeHead(404).end()
    const asked = served(none, (url) => takeSample(url, bounds))
    await expect(asked).rejects.toThrow(/feed\.csv\?… cannot be read: its server answers 404/)
  })

  it.each([
    [
      'a user',
      'http://bob:hunter2@127.0.0.1/x.csv',
      /http:\/\/…@127\.0\.0\.1\/x\.csv cannot be read: it has a user/,
    ],
    ['a port that is none', 'http://h:99999/x.csv?token=hunter2', /http:\/\/… cannot be read: it is no URL/],
    ['a password that is not escaped', 'http://bob:hun/hunter2@127.0.0.1/x.csv', /it is no URL/],
    ['a port that nobody asks', 'http://127.0.0.1:1/x.csv#hunter2', /x\.csv\?… cannot be read: fetch failed/],
  ])('of a URL with %s is told without what may be a secret', async (_, url, why) => {
    const told: unknown = await initDataset(url, { into, force: true }).catch((error: unknown) => error)
    expect(String(told)).toMatch(why)
    expect(String(told)).not.toContain('hunter2')
  })

  it('of a server that sends its client elsewhere is told without a secret of that place', async () => {
    const elsewhere: RequestListener = (_, response) =>
      void response.writeHead(302, { location: 'http://bob:hunter2@127.0.0.1:1/x.csv?token=hunter2' }).end()
    const told = await served(elsewhere, (url) => takeSample(url, bounds).catch(String))
    expect(told).toContain('cannot be read')
    expect(told).not.toContain('hunter2')
  })

  const packed = gzipSync(
    Buffer.from(Array.from({ length: 50_000 }, (_, i) => `${i},${i * 7919}\n`).join('')),
  )
  it.each<[what: string, then: (socket: ServerResponse) => void, why: string]>([
    ['hangs up', (response) => void response.destroy(), 'cannot be read: terminated'],
    ['falls silent', () => undefined, 'did not come within 1 s'],
  ])('in gzip of a server that %s is told as an error, and ends nothing else', async (_, then, why) => {
    const broken: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-length': packed.length })
      response.write(packed.subarray(0, 20_000), () => then(response))
    }
    const asked = served(broken, (url) => takeSample(url, { bytes: 10_000_000, seconds: 1 }))
    await expect(asked).rejects.toThrow(why)
  })
})
