/** What the whole way of good data leaves in the store, read back by somebody else's client. */
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, it } from 'vitest'
import type { BrokenRow } from '../infra/feed/expectation.ts'
import { COLUMNS, type Quake } from '../infra/feed/quake.ts'
import { bytesOf, objectsOf, queryLake } from './support/objects.ts'
import { ingested, type Run } from './support/runs.ts'
import { decode, isReceipt, messagesOf } from './support/topics.ts'
import { brokenRows, importedWindows, mapValues, newest, windows } from './support/windows.ts'

describe('earthquakes: window 1 and window 2', () => {
  let first: Run
  let second: Run

  beforeAll(async () => {
    ;({ first, second } = await importedWindows())
  })

  describe('in the lake, read by DuckDB', () => {
    let lake: Awaited<ReturnType<typeof queryLake>>
    beforeAll(async () => {
      lake = await queryLake('earthquakes')
    })

    it('has as many rows as the receipts say were stored, and no version of a key twice', async () => {
      const [counts] = await lake(
        'SELECT count(*)::INT AS rows, count(DISTINCT (id, dsf_version))::INT AS versions FROM lake',
      )
      const stored = first.counters['stored']! + second.counters['stored']!
      expect(counts).toEqual({ rows: stored, versions: stored })
    })

    it('has the right types', async () => {
      const columns = await lake('DESCRIBE lake')
      const types = Object.fromEntries(
        columns.map(({ column_name, column_type }) => [column_name, column_type]),
      )
      expect(types).toEqual({
        ...Object.fromEntries(['id', 'magType', 'net', 'place', 'type', 'status'].map(typed('VARCHAR'))),
        ...Object.fromEntries(
          ['locationSource', 'magSource', 'depthClass', 'region', 'dsf_run', 'filename'].map(
            typed('VARCHAR'),
          ),
        ),
        ...Object.fromEntries(
          ['latitude', 'longitude', 'depth', 'mag', 'gap', 'dmin', 'rms'].map(typed('DOUBLE')),
        ),
        ...Object.fromEntries(['horizontalError', 'depthError', 'magError'].map(typed('DOUBLE'))),
        ...Object.fromEntries(['energyJoules', 'revisionHours'].map(typed('DOUBLE'))),
        ...Object.fromEntries(['nst', 'magNst', 'dsf_row', 'dsf_version'].map(typed('BIGINT'))),
        ...Object.fromEntries(['time', 'updated'].map(typed('TIMESTAMP WITH TIME ZONE'))),
        simulated: 'BOOLEAN',
      })
    })

    it('has the newest version of each event, with every field', async () => {
      const long = ['nst', 'magNst'].map((name) => `${name}::DOUBLE AS ${name}`)
      const times = ['time', 'updated'].map((name) => `epoch_ms(${name})::DOUBLE AS ${name}`)
      const rows = await lake(
        `SELECT * EXCLUDE (rank) FROM (SELECT ${COLUMNS.join(', ')}, dsf_version, row_number() OVER (PARTITION BY id ORDER BY dsf_version DESC) AS rank
         FROM lake WHERE NOT simulated) WHERE rank = 1`.replace(
          /\b(nst|magNst|time|updated)\b,/g,
          (_, name: string) => `${[...long, ...times].find((text) => text.endsWith(` AS ${name}`))},`,
        ),
      )
      const found = new Map(
        rows.map(({ dsf_version, ...row }) => [
          row['id'] as string,
          { ...row, dsf_version: Number(dsf_version) },
        ]),
      )
      expect(mapValues(found, (row) => row)).toEqual(
        mapValues(newest, (quake) => ({ ...quake, dsf_version: quake.updated })),
      )
    })

    it('keeps every row under the type and day that it says', async () => {
      const rows = await lake(`SELECT DISTINCT filename, type, strftime(time, '%Y-%m-%d') AS day FROM lake`)
      const misplaced = rows.filter(({ filename, type, day }) => {
        const folder = `lake/dataset=earthquakes/type=${encodeURIComponent(type as string)}/dt=${day}/`
        return !(filename as string).startsWith(folder)
      })
      expect(misplaced).toEqual([])
    })
  })

  describe('in quarantine', () => {
    let refused: any[]
    beforeAll(async () => {
      refused = await quarantined('earthquakes', second.runId)
    })

    it('has each broken row once, by its number, with the reasons', () => {
      const found = refused.map(({ dsf_row, stage, reasons }) => ({
        dsf_row,
        stage,
        fault: reasons[0].field ?? reasons[0].code,
      }))
      expect(found.toSorted(byRow)).toEqual(brokenRows.map(expectedRefusal).toSorted(byRow))
      expect(refused.flatMap(({ reasons }) => reasons).filter(({ message }) => message === '')).toEqual([])
    })

    it('has the original bytes of what could not be read', () => {
      const unreadable = refused.filter(({ stage }) => stage === 'ingestor')
      const found = new Map<number, Buffer>(unreadable.map(({ dsf_row, bytes }) => [dsf_row, bytes]))
      for (const { row, bytes } of brokenRows.filter(({ by }) => by === 'reader'))
        expect(found.get(row)?.equals(bytes), `row ${row}`).toBe(true)
    })

    it('has the cells as they came of what could be read and not accepted', async () => {
      const definition = brokenRows.filter(({ by }) => by === 'definition')
      for (const { row, bytes } of definition) {
        const { content, bytes: raw } = refused.find(({ dsf_row }) => dsf_row === row)
        const { dsf_run, dsf_row, ...cells } = await decode(Buffer.from(raw))
        expect([content, dsf_run, dsf_row]).toEqual(['avro', second.runId, row])
        expect(COLUMNS.map((name) => cells[name])).toEqual(parse(bytes)[0])
      }
    })

    it('is kept as objects too, with the same bytes', async () => {
      const objects = await objectsOf('quarantine', 'earthquakes')
      const lines = [...objects.values()].flatMap((bytes) =>
        bytes
          .toString()
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      )
      const ofRun = lines.filter(({ dsf_run }) => dsf_run === second.runId)
      const plain = ({ dsf_row, stage, reasons, bytes }: any) => ({
        dsf_row,
        stage,
        reasons,
        bytes: Buffer.from(bytes, typeof bytes === 'string' ? 'base64' : undefined).toString('base64'),
      })
      expect(ofRun.map(plain).toSorted(byRow)).toEqual(
        JSON.parse(JSON.stringify(refused.map(plain).toSorted(byRow))),
      )
    })
  })

  it('has the clean rows, and nothing else, in the processed CSV', async () => {
    const objects = await objectsOf('processed', 'earthquakes')
    const rows = [...objects.values()].flatMap((bytes) =>
      parse<Record<string, string>>(bytes, { columns: true }),
    )
    expect(rows.length).toBe(first.counters['clean']! + second.counters['clean']!)
    expect(new Set(rows.map(({ id, updated }) => `${id} ${updated}`)).size).toBe(rows.length)
    const latest = new Map(
      rows
        .toSorted((a, b) => Number(a['dsf_version']) - Number(b['dsf_version']))
        .map((row) => [row['id']!, row]),
    )
    const cells = (quake: Quake) => COLUMNS.map((name) => csvCell(name, quake))
    expect(mapValues(latest, (row) => COLUMNS.map((name) => row[name]))).toEqual(mapValues(newest, cells))
  })

  it('keeps the source as it was fetched', async () => {
    const { landing } = await ingested(second.runId)
    const bytes = await bytesOf(landing!.key)
    expect([bytes.equals(windows[2].csv), landing!.bytes]).toEqual([true, windows[2].csv.length])
  })
})

const typed = (type: string) => (name: string) => [name, type]

const byRow = (a: { dsf_row: number }, b: { dsf_row: number }) => a.dsf_row - b.dsf_row

function expectedRefusal({ row, by, field }: BrokenRow) {
  return {
    dsf_row: row,
    stage: by === 'reader' ? 'ingestor' : 'cleaner',
    fault: by === 'reader' ? 'unreadable' : field,
  }
}

async function quarantined(dataset: string, run: string): Promise<any[]> {
  const messages = (await messagesOf(`${dataset}.quarantine`)).filter((message) => !isReceipt(message))
  const records = await Promise.all(messages.map(({ value }) => decode(value!)))
  return records.filter(({ dsf_run }) => dsf_run === run)
}

function csvCell(name: keyof Quake, quake: Quake): string {
  const value = quake[name]
  if (value === null) return ''
  return name === 'time' || name === 'updated' ? new Date(Number(value)).toISOString() : String(value)
}
