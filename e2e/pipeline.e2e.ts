/** The whole way of good data: CSV in; receipts and documents out. What lies in the store is pipeline-objects.e2e.ts. */
import { beforeAll, describe, expect, it } from 'vitest'
import { countDocuments, documentsOf, measured, simulated } from './support/documents.ts'
import { bytesOf, keysOf, queryLake } from './support/objects.ts'
import { importSource, ingested, post, receiptOf, unanswered, type Run } from './support/runs.ts'
import { endsOf, isReceipt, messagesOf, type Message } from './support/topics.ts'
import {
  windows,
  importedWindows,
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
    ;({ first, second } = await importedWindows())
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

/** In this feed a row is a line, and the header is line 0. */
const linesOf = (n: 1 | 2) => windows[n].csv.toString('latin1').split('\n')

async function rowsSince(topic: string, offsets: number[]): Promise<number> {
  const isNew = ({ partition, offset }: Message) => Number(offset) >= offsets[partition]!
  return (await messagesOf(topic)).filter((message) => !isReceipt(message) && isNew(message)).length
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
