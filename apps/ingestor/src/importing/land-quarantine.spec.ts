import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { loadDataset } from '@dsf/dataset'
import { sha256, type ObjectStore } from '@dsf/store'
import type { Place } from '@dsf/stage'
import { describe, expect, it } from 'vitest'
import { topicOf, type Refused } from '../../testing/quarantine-topic.ts'
import { landedRows, landQuarantine } from './land-quarantine.ts'
import type { QuarantinedRow } from '../refused/quarantined-row.ts'
import { selectRows } from '../quarantine/select-rows.ts'
import type { Replay } from '../refused/selection.ts'

const dataset = loadDataset('datasets/earthquakes')

/** A store in memory for one object, which takes its bytes as slowly as a stream is read. */
function openStore() {
  const objects = new Map<string, Buffer>()
  const putStream = async (key: string, stream: Readable) => void objects.set(key, await buffer(stream))
  return { objects, store: { putStream } as unknown as ObjectStore }
}

async function land(lanes: Refused[][], replay: Replay, before: Replay[] = []) {
  const { objects, store } = openStore()
  const log = topicOf(lanes, 10)
  const topics = {
    ranges: log.ranges,
    fetch: async (_: unknown, __: unknown, place: { lane: number; offset: number }) => log.fetch(place),
  }
  const reading = { signal: new AbortController().signal, came: () => undefined }
  const landing = await landQuarantine({ store, topics }, dataset, 'run', { replay, before }, reading)
  const bytes = objects.get(landing.landing)!
  expect(landing).toMatchObject({ landing_bytes: bytes.length, landing_sha256: sha256(bytes) })
  return bytes
}

async function rowsOf(bytes: Buffer, from = 0, most = 1000) {
  const parts: QuarantinedRow[][] = []
  const lasts: boolean[] = []
  const landing = Readable.from([bytes.subarray(0, 7), bytes.subarray(7)])
  for await (const { rows, isLast } of landedRows(landing, from, most)) {
    parts.push(rows)
    lasts.push(isLast)
  }
  expect(lasts).toEqual(parts.map((_, i) => i === parts.length - 1))
  return parts
}
const numbers = (parts: QuarantinedRow[][]) => parts.map((part) => part.map(({ dsf_row }) => dsf_row))

const refused = (row: number, code = 'type'): Refused => ({ row, code, at: row, bytes: 100 })
const lanes = [[refused(1), refused(2, 'enum'), refused(3)], [refused(4)], []]
const replay: Replay = { selection: { code: 'type' }, until: [6, 2, 0] }

describe('the landing of a replay', () => {
  it('has the rows that it selects and no replay before it took, each as it was refused last', async () => {
    expect(numbers(await rowsOf(await land(lanes, replay)))).toEqual([[1, 3, 4]])
    const taken = { selection: { code: 'type' }, until: [1, 99, 0] }
    expect(numbers(await rowsOf(await land(lanes, replay, [taken])))).toEqual([[3]])
    const again = [[refused(1), refused(2), refused(1)]]
    const [rows] = await rowsOf(await land(again, { selection: {}, until: [6] }))
    expect(rows!.map(({ offset }) => offset)).toEqual([2, 4])
  })

  it('is the same bytes for the same request, whatever came behind its ends', async () => {
    const later = lanes.map((rows) => [...rows, refused(9)])
    expect(await land(later, replay)).toEqual(await land(lanes, replay))
  })

  it('is refused when it would have more rows than a replay may', async () => {
    const many = Array.from({ length: 200_001 }, (_, i) => refused(i))
    const all = { selection: {}, until: [2 * many.length] }
    await expect(land([many], all)).rejects.toThrow('more than 200000 rows are selected')
  })

  it('tells with each fetch how far it is', async () => {
    const log = topicOf([[refused(1), refused(2), refused(3)]], 1)
    const topics = { ranges: log.ranges, fetch: (_: unknown, __: unknown, place: Place) => log.fetch(place) }
    const bytes: number[] = []
    const reading = { signal: new AbortController().signal, came: (sofar: number) => void bytes.push(sofar) }
    const all = { replay: { selection: {}, until: [6] }, before: [] }
    const { landing_bytes } = await landQuarantine({ ...openStore(), topics }, dataset, 'run', all, reading)
    expect([bytes[0], bytes.at(-1), bytes.length >= log.fetches - 1]).toEqual([0, landing_bytes, true])
  })

  it('is read in parts, from any row on', async () => {
    const bytes = await land(lanes, replay)
    expect(numbers(await rowsOf(bytes, 0, 2))).toEqual([[1, 3], [4]])
    expect(numbers(await rowsOf(bytes, 2, 2))).toEqual([[4]])
    expect(numbers(await rowsOf(bytes, 3, 2))).toEqual([[]])
  })

  it('keeps every sign of a row, those that other programs end a line at too', async () => {
    const key = 'a\u2028b\u2029\r\n"ü'
    const [rows] = await rowsOf(await land([[{ ...refused(1), key }]], { selection: {}, until: [2] }))
    expect(rows![0]).toMatchObject({ key, bytes: Buffer.alloc(10) })
  })
})

describe('what a replay would select', () => {
  it('is counted without holding it: open rows, and documents by their objects, once each', async () => {
    const document = { ...refused(7, 'refused'), stage: 'indexer', key: 'd' }
    const log = topicOf([[refused(1), refused(2, 'enum'), document, document]], 2)
    const select = (replays: Replay[]) =>
      selectRows(log, { selection: {}, until: [8] }, replays, { signal: new AbortController().signal })
    const reason = 'a refused document is replayed by its object'
    expect(await select([])).toEqual({ selected: 3, asRows: 2, skipped: { [reason]: 1 }, objects: [] })
    expect(await select([{ selection: { code: 'enum' }, until: [8] }])).toMatchObject({
      selected: 2,
      asRows: 1,
    })
  })
})
