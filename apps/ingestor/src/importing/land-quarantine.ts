import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { landingKey, type Dataset } from '@dsf/dataset'
import type { TopicReader } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import type { Landing } from './land-source.ts'
import { quarantineLog, rowsUntil, type QuarantineLog, type Reading } from '../refused/quarantine-log.ts'
import { nameOf, whyNotReplayable, type QuarantinedRow } from '../refused/quarantined-row.ts'
import { isSelected, isTaken, type Replay } from '../refused/selection.ts'
import { SourceError } from '../source-error.ts'

/** Rows of one replay: of each its name is held in memory while the topic is read. */
const mostRows = 200_000

/**
 * Copies the selected rows that no replay before took into the store, one JSON line each: the record of what was replayed, and where a replay goes
 * on after a crash. The same rows in the same order for the same request, because its ends do not move. The topic is read
 * twice, so that no row is held: for the last place of each row, and for the rows.
 * @param came is told with each fetch how many bytes were written so far
 * @throws SourceError when there are too many, or the topic cannot be read up to them; the signal's reason
 */
export async function landQuarantine(
  { store, topics }: { store: ObjectStore; topics: Pick<TopicReader, 'ranges' | 'fetch'> },
  dataset: Dataset,
  run: string,
  { replay, before }: { replay: Replay; before: Replay[] },
  reading: LandReading,
): Promise<Landing> {
  const log = quarantineLog(topics, dataset)
  const places = await lastPlaces(log, replay, reading)
  const isWanted = (row: QuarantinedRow) =>
    places.get(nameOf(row)) === placeOf(row) && !before.some((earlier) => isTaken(earlier, row))
  const landing = landingKey(dataset.name, run, 'jsonl')
  const stream = new PassThrough({ highWaterMark: 2 ** 20 })
  const stored = store.putStream(landing, stream).catch((error: unknown) => {
    stream.destroy(error as Error)
    throw error
  })
  const [, written] = await Promise.all([stored, writeRows(log, replay, { isWanted, stream }, reading)])
  return { landing, ...written }
}

type LandReading = Reading & { came: (bytes: number) => void }

const placeOf = ({ lane, offset }: QuarantinedRow): string => `${lane}-${offset}`

async function lastPlaces(
  log: QuarantineLog,
  { selection, until }: Replay,
  reading: LandReading,
): Promise<Map<string, string>> {
  const places = new Map<string, string>()
  for await (const rows of rowsUntil(log, until, reading)) {
    reading.came(0)
    for (const row of rows) {
      if (isSelected(selection, row) && !whyNotReplayable(row)) places.set(nameOf(row), placeOf(row))
      if (places.size > mostRows)
        throw new SourceError(`more than ${mostRows} rows are selected; narrow it by stage, code or run`)
    }
  }
  return places
}

async function writeRows(
  log: QuarantineLog,
  { until }: Replay,
  { isWanted, stream }: { isWanted: (row: QuarantinedRow) => boolean; stream: PassThrough },
  reading: LandReading,
): Promise<Pick<Landing, 'landing_bytes' | 'landing_sha256'>> {
  const sum = createHash('sha256')
  let bytes = 0
  try {
    for await (const rows of rowsUntil(log, until, reading)) {
      for (const row of rows.filter(isWanted)) {
        const line = lineOf(row)
        sum.update(line)
        bytes += line.length
        if (!stream.write(line)) await once(stream, 'drain', reading)
      }
      reading.came(bytes)
    }
  } catch (error) {
    stream.destroy(error as Error)
    throw error
  }
  stream.end()
  return { landing_bytes: bytes, landing_sha256: sum.digest('hex') }
}

const lineOf = (row: QuarantinedRow): Buffer =>
  Buffer.from(`${JSON.stringify({ ...row, bytes: row.bytes.toString('base64') })}\n`)

/** Characters of a part's lines, however few rows that are. */
const largestPart = 16 * 2 ** 20

/** The rows of a landing from a number on, in their order: so many at a time, or fewer that are long. There is always a last part, perhaps an empty one. */
export async function* landedRows(
  landing: Readable,
  from: number,
  most: number,
): AsyncGenerator<{ rows: QuarantinedRow[]; isLast: boolean }> {
  let rows: QuarantinedRow[] = []
  let size = 0
  let row = 0
  for await (const line of linesOf(landing)) {
    if (row++ < from) continue
    if (rows.length >= most || size >= largestPart) {
      yield { rows, isLast: false }
      rows = []
      size = 0
    }
    rows.push(parseRow(line))
    size += line.length
  }
  yield { rows, isLast: true }
}

/** Lines end at a line feed alone: JSON may hold every other sign that ends one for `readline`. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let waiting: string[] = []
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const [end = '', ...lines] = chunk.split('\n').reverse()
    for (const line of lines.reverse()) {
      yield [...waiting, line].join('')
      waiting = []
    }
    waiting.push(end)
  }
}

function parseRow(line: string): QuarantinedRow {
  const row = JSON.parse(line) as QuarantinedRow & { bytes: string }
  return { ...row, bytes: Buffer.from(row.bytes, 'base64') }
}
