import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tellTried, tryDataset } from './try-dataset.ts'

let folder = ''
beforeAll(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'dsf-')), 'tides')
  mkdirSync(folder)
  const fields = [
    { name: 'id', type: 'string' },
    { name: 'day', type: 'date', format: '%d.%m.%Y' },
    { name: 'seen', type: 'datetime', constraints: { required: true } },
    { name: 'level', type: 'number', constraints: { maximum: 10 } },
  ]
  const resource = { name: 'tides', path: 'sample.csv', schema: { primaryKey: 'id', fields } }
  const definition = { name: 'tides', resources: [resource], 'x-dsf': { version: 'seen' } }
  writeFileSync(join(folder, 'datapackage.json'), JSON.stringify(definition))
})
afterAll(() => rmSync(join(folder, '..'), { recursive: true }))

const header = 'id,day,seen,level\n'
function write(text: string | Buffer, name = 'try.csv'): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const rows = [
  'a,5.1.2024,2024-01-05T10:00Z,1.5',
  'a,5.1.2024,2024-01-05T10:00Z,1.5',
  'b,5.1.2024,,11',
  'c,5.1.2024,2024-01-05T10:00Z',
  'a,5.1.2024,2024-01-05T11:00Z,2',
]

describe('a file that is tried', () => {
  it('tells of each row, in its order, what a run would make of it', async () => {
    const tried = await tryDataset(write(header + rows.join('\n')), {})
    const day = '2024-01-05'
    expect(tried.rows).toEqual([
      {
        row: 1,
        outcome: 'clean',
        reasons: [],
        values: { id: 'a', day, seen: `${day}T10:00:00.000Z`, level: 1.5 },
      },
      { row: 2, outcome: 'duplicate', reasons: [] },
      {
        row: 3,
        outcome: 'refused',
        reasons: [
          expect.objectContaining({ field: 'seen', code: 'required' }),
          expect.objectContaining({ code: 'maximum' }),
        ],
      },
      { row: 4, outcome: 'refused', reasons: [expect.objectContaining({ field: null, code: 'unreadable' })] },
      {
        row: 5,
        outcome: 'clean',
        reasons: [],
        values: { id: 'a', day, seen: `${day}T11:00:00.000Z`, level: 2 },
      },
    ])
    expect(tellTried(tried)).toBe(
      'tides: 5 rows read, 2 clean, 1 duplicate, 2 refused (required 1, maximum 1, unreadable 1)',
    )
  })

  it('tells what its definition lets pass, by name', async () => {
    const lax = join(folder, '..', 'lax')
    mkdirSync(lax)
    const { resources, ...rest } = JSON.parse(readFileSync(join(folder, 'datapackage.json'), 'utf8'))
    const reading = { tolerate: ['shortRows', 'longRows'], footer: ['Total'] }
    const resource = { ...resources[0], dialect: { commentChar: '#' } }
    const definition = { ...rest, name: 'lax', resources: [resource], 'x-dsf': { ...rest['x-dsf'], reading } }
    writeFileSync(join(lax, 'datapackage.json'), JSON.stringify(definition))
    const lines = [
      'a,5.1.2024,2024-01-05T10:00Z',
      '# late',
      'b,5.1.2024,2024-01-05T10:00Z,1,x',
      'Total,2',
      '',
      'by us',
    ]
    const tried = await tryDataset(write(`${header}${lines.join('\n')}\n`), { dataset: lax })
    expect(tried.counts).toMatchObject({ read: 2, clean: 2 })
    expect(tried.tolerated).toEqual({ shortRows: 1, comments: 1, longRows: 1, footer: 3 })
    expect(tellTried(tried)).toMatch(/0 refused; let pass: .*footer 3$/)
  })

  it('is the same in gzip', async () => {
    const tried = await tryDataset(write(gzipSync(header + rows.join('\n')), 'try.csv.gz'), {
      outcome: 'refused',
    })
    expect(tried.rows.map(({ row }) => row)).toEqual([3, 4])
  })

  it('counts all rows and lists some', async () => {
    const many = Array.from({ length: 30_000 }, (_, i) => `k${i},5.1.2024,2024-01-05T10:00Z,${i % 11}`)
    const tried = await tryDataset(write(`${header}${many.join('\n')}\n`), { limit: '2' })
    expect(tried).toMatchObject({ counts: { read: 30_000, clean: 30_000, refused: 0 }, fails: false })
    expect(tried.rows).toHaveLength(2)
  })

  it('says when a run would fail for its refused rows', async () => {
    const many = Array.from({ length: 200 }, (_, i) => `k${i},5.1.2024,2024-01-05T10:00Z,11`)
    expect(await tryDataset(write(`${header}${many.join('\n')}`), {})).toMatchObject({ fails: true })
  })

  it('that is another one is refused as a run would be', async () => {
    await expect(tryDataset(write('id,day\na,b\n'), {})).rejects.toThrow('missing "seen", "level"')
    await expect(tryDataset(write(''), {})).rejects.toThrow('the file is empty')
    await expect(tryDataset(write('<html></html>'), {})).rejects.toThrow('an HTML page')
  })

  it('is asked for by an outcome that there is', async () => {
    await expect(tryDataset(write(header), { outcome: 'dirty' })).rejects.toThrow('clean, duplicate, refused')
  })
})
