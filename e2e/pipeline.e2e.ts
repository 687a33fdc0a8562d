/** The whole way of good data: CSV in; topics, objects and documents out, each read back by somebody else's client. */
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, it } from 'vitest'
import type { BrokenRow } from '../infra/feed/expectation.ts'
import { COLUMNS, type Quake } from '../infra/feed/quake.ts'
import { countDocuments, documentsOf, measured, simulated } from './support/documents.ts'
import { bytesOf, keysOf, objectsOf, queryLake } from './support/objects.ts'
import { importSource, ingested, post, receiptOf, unanswered, type Run } from './support/runs.ts'
import { decode, endsOf, isReceipt, messagesOf, type Message } from './support/topics.ts'
import {
  windows,
  newest,
  windowUrl,
  brokenRows,
  expectedCounters,
  expectedDocument,
  contents,
  mapValues,
} from './support/windows.ts'

async function stateOf(dataset: string) {
  const lake = await queryLake(dataset)
  const [rows] = await lake('SELECT count(*)::INT AS rows FROM lake')
  return {
    documents: await countDocuments(dataset),
    lake: await keysOf('lake', dataset),
    processed: await keysOf('processed', dataset),
    rows: rows!['rows'] as number,
  }
}

describe('earthquakes: window 1, window 2, window 2 again', () => {
  let first: Run
  let second: Run
  let again: Run
  let before: Awaited<ReturnType<typeof stateOf>>

  beforeAll(async () => {
    first = await importSource('earthquakes', windowUrl(1))
    second = await importSource('earthquakes', windowUrl(2))
    before = await stateOf('earthquakes')
    again = await importSource('earthquakes', windowUrl(2))
  })

  it('answers for every row in the receipts', () => {
    expect(first.counters).toMatchObject(expectedCounters(1, first))
    expect(second.counters).toMatchObject(expectedCounters(2, second))
    expect(second.counters).toMatchObject({
      'quarantined:unreadable': brokenRows.filter(({ by }) => by === 'reader').length,
      'quarantined:type': 3,
      'quarantined:maximum': 3,
      'quarantined:required': 3,
      'quarantined:enum': 3,
    })
    expect(unanswered(first, second, again)).toEqual([])
    expect(first.counters['simulated']).toBeGreaterThan(60)
  })

  it('says in the receipts how many documents the index has, and how many of them are new', () => {
    const created = (receipt: Run, twins = 0) => receipt.counters['created']! - twins
    const twins = first.counters['simulated']!
    expect(created(first, twins)).toBe(windows[1].expected.newest.size)
    expect(created(first) + created(second)).toBe(before.documents)
    expect(second.counters['replaced']).toBeGreaterThan(0)
  })

  it('says in the receipt of the repeated window that nothing was new', () => {
    const { rows } = windows[2].expected
    const nothing = {
      clean: 0,
      simulated: 0,
      enriched: 0,
      processed: 0,
      stored: 0,
      created: 0,
      replaced: 0,
      superseded: 0,
    }
    const refused = { quarantined: brokenRows.length, duplicate: rows - brokenRows.length }
    expect(again.counters).toMatchObject({ read: rows, ...refused, ...nothing })
  })

  it('adds no document, no object and no row of the lake for the repeated window', async () => {
    expect(await stateOf('earthquakes')).toEqual(before)
  })

  it('has a document for each valid event, in its newest version, with every field', async () => {
    const documents = await documentsOf('earthquakes', measured)
    expect(contents(documents)).toEqual(mapValues(newest, expectedDocument))
    expect(mapValues(documents, ({ _version }) => _version)).toEqual(
      // the index takes no version below 0: ADR 14
      mapValues(newest, ({ updated }) => updated + 2 ** 52),
    )
  })

  it('marks the simulated documents, and gives each an id of its own beside the event it came from', async () => {
    const twins = await documentsOf('earthquakes', simulated)
    expect(twins.size).toBeGreaterThan(60)
    for (const [id, { _source }] of twins) {
      expect(id).toBe(_source['id'])
      expect(newest.get(id.replace(/~simulated$/, ''))?.updated).toBe(_source['dsf_version'])
    }
    expect(await countDocuments('earthquakes')).toBe(newest.size + twins.size)
  })

  it('says of each document which row of which run it came from', async () => {
    const documents = [...(await documentsOf('earthquakes', measured)).values()]
    const lines = { [first.runId]: linesOf(1), [second.runId]: linesOf(2) }
    const wrong = documents.filter(
      ({ _id, _source: { dsf_run, dsf_row } }) => !lines[dsf_run]?.[dsf_row]?.includes(_id),
    )
    expect(wrong).toEqual([])
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

  it('takes the same Idempotency-Key for the same run, and imports once', async () => {
    const source = windowUrl(1)
    const answers = await Promise.all(
      [1, 2, 3].map(() => post({ dataset: 'earthquakes', source }, 'e2e-same-key')),
    )
    expect(new Set(answers.map(({ json }) => json.runId)).size).toBe(1)
    const receipt = await receiptOf(answers[0]!.json.runId)
    expect(receipt.counters).toMatchObject({ read: windows[1].expected.rows, clean: 0 })
    const raw = await endsOf('earthquakes.raw')
    const late = await post({ dataset: 'earthquakes', source }, 'e2e-same-key')
    expect(late).toMatchObject({ status: 202, json: { runId: receipt.runId, state: 'succeeded' } })
    const other = await post({ dataset: 'earthquakes', source: windowUrl(2) }, 'e2e-same-key')
    expect(other).toMatchObject({ status: 422, type: expect.stringContaining('application/problem+json') })
    // a run behind them shows that neither left anything to do: its rows are all that was written since
    await importSource('earthquakes', windowUrl(1))
    expect(await rowsSince('earthquakes.raw', raw)).toBe(windows[1].expected.rows)
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

/** In this feed a row is a line, and the header is line 0. */
const linesOf = (n: 1 | 2) => windows[n].csv.toString('latin1').split('\n')

async function quarantined(dataset: string, run: string): Promise<any[]> {
  const messages = (await messagesOf(`${dataset}.quarantine`)).filter((message) => !isReceipt(message))
  const records = await Promise.all(messages.map(({ value }) => decode(value!)))
  return records.filter(({ dsf_run }) => dsf_run === run)
}

async function rowsSince(topic: string, offsets: number[]): Promise<number> {
  const isNew = ({ partition, offset }: Message) => Number(offset) >= offsets[partition]!
  return (await messagesOf(topic)).filter((message) => !isReceipt(message) && isNew(message)).length
}

function csvCell(name: keyof Quake, quake: Quake): string {
  const value = quake[name]
  if (value === null) return ''
  return name === 'time' || name === 'updated' ? new Date(Number(value)).toISOString() : String(value)
}

describe('the feed as .gz', () => {
  it('gives the same receipts and documents, and lands compressed as it was sent', async () => {
    const first = await importSource('quakes-gz', windowUrl(1, '.gz'))
    const second = await importSource('quakes-gz', windowUrl(2, '.gz'))
    expect(first.counters).toMatchObject(expectedCounters(1, first))
    expect(second.counters).toMatchObject(expectedCounters(2, second))
    expect(contents(await documentsOf('quakes-gz', measured))).toEqual(mapValues(newest, expectedDocument))
    const { landing } = await ingested(second.runId)
    const sent = Buffer.from(await (await fetch(windowUrl(2, '.gz'))).arrayBuffer())
    expect((await bytesOf(landing!.key)).equals(sent)).toBe(true)
    expect(landing!.key).toMatch(/\.csv\.gz$/)
  })
})
