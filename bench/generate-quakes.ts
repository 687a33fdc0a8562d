import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { BREAKAGES, BROKEN_KINDS, type BrokenKind } from '../infra/feed/broken.ts'
import { cellsOf, HEADER, rowOf, type Quake } from '../infra/feed/quake.ts'
import { hash, integer, seeded, type Random } from '../infra/feed/random.ts'
import { syntheticEvent } from '../infra/feed/synthetic-event.ts'
import { revised, stale } from '../infra/feed/versions.ts'

export interface QuakeFileOptions {
  rows: number
  seed?: number
  /** Shares of the rows: exact copies, newer versions and older versions of one of the last thousand events. */
  duplicates?: number
  revisions?: number
  stale?: number
  broken?: number
  /** The event times lie in this many days before `end` (epoch ms). */
  days?: number
  end?: number
}

/** `rows = distinctIds + duplicates + revisions + stale + all broken`; of these, `distinctIds + revisions` are clean. */
export interface QuakeFileSummary {
  rows: number
  distinctIds: number
  duplicates: number
  revisions: number
  stale: number
  broken: Partial<Record<BrokenKind, number>>
}

const DEFAULTS = {
  seed: 1,
  duplicates: 0.02,
  revisions: 0.03,
  stale: 0.005,
  broken: 0.001,
  days: 30,
  end: Date.UTC(2026, 10, 1),
}

const CHUNK_CHARACTERS = 64 * 1024
const REMEMBERED = 1000
const DAY = 86_400_000

/** Writes a file that looks like USGS's feed; the same options give the same bytes. */
export async function writeQuakes(file: string, options: QuakeFileOptions): Promise<QuakeFileSummary> {
  const { chunks, summary } = generateQuakes(options)
  const out = createWriteStream(file)
  for (const chunk of chunks) if (!out.write(chunk)) await once(out, 'drain')
  out.end()
  await finished(out)
  return summary
}

/** The file in chunks, made as they are asked for. `summary` is complete when the last one was taken. */
export function generateQuakes(options: QuakeFileOptions): {
  chunks: Generator<Buffer>
  summary: QuakeFileSummary
} {
  const summary = { rows: 0, distinctIds: 0, duplicates: 0, revisions: 0, stale: 0, broken: {} }
  return { chunks: inChunks(rowsOf({ ...DEFAULTS, ...options }, summary)), summary }
}

/** Joins rows to larger pieces; a row of bytes, one that is no UTF-8, goes alone. */
function* inChunks(rows: Iterable<string | Buffer>): Generator<Buffer> {
  let text = `${HEADER}\n`
  for (const row of rows) {
    if (typeof row === 'string') text += `${row}\n`
    if (typeof row === 'string' && text.length < CHUNK_CHARACTERS) continue
    yield Buffer.from(text)
    text = ''
    if (typeof row !== 'string') yield Buffer.concat([row, Buffer.from('\n')])
  }
  if (text) yield Buffer.from(text)
}

function* rowsOf(options: Required<QuakeFileOptions>, summary: QuakeFileSummary): Generator<string | Buffer> {
  const random = seeded(hash(`quakes ${options.seed}`))
  const next = freshEvents(options, random)
  const recent: Quake[] = []
  for (; summary.rows < options.rows; summary.rows++) {
    const what = recent.length === 0 ? 'fresh' : draw(options, random())
    if (what === 'broken') {
      yield BREAKAGES[nextKind(summary)].spoil(next(summary.rows))
    } else if (what === 'fresh') {
      const quake = next(summary.rows)
      recent[summary.distinctIds++ % REMEMBERED] = quake
      yield rowOf(cellsOf(quake))
    } else {
      summary[what]++
      yield rowOf(cellsOf(again(what, recent, random)))
    }
  }
}

type Repeat = 'duplicates' | 'revisions' | 'stale'

function draw(shares: Required<QuakeFileOptions>, at: number): Repeat | 'broken' | 'fresh' {
  let sum = 0
  const hit = (['broken', 'duplicates', 'revisions', 'stale'] as const).find(
    (what) => at < (sum += shares[what]),
  )
  return hit ?? 'fresh'
}

/** A row of an event that already had one. What is remembered is its newest version, so an older one is surely older. */
function again(what: Repeat, recent: Quake[], random: Random): Quake {
  const at = integer(random, 0, recent.length - 1)
  if (what === 'duplicates') return recent[at]!
  if (what === 'stale') return stale(recent[at]!)
  return (recent[at] = revised(recent[at]!))
}

/** Events with falling times, newest first like the feed; three in ten fall on a full second. */
function freshEvents({ rows, days, end, seed }: Required<QuakeFileOptions>, random: Random) {
  const slot = (days * DAY) / rows
  const firstSerial = hash(`serial ${seed}`)
  let last = end
  return (row: number): Quake => {
    const exact = Math.floor(end - (row + random()) * slot)
    last = Math.min(last, random() < 0.31 ? exact - (exact % 1000) : exact)
    return syntheticEvent(random, firstSerial + row, last)
  }
}

/** An unclosed quote would take the rows up to the next quote with it, as one row. */
const kinds = BROKEN_KINDS.filter((kind) => kind !== 'unclosed-quote')

/** The kinds in turn, so that a small file has them all. */
function nextKind({ broken }: QuakeFileSummary): BrokenKind {
  const sofar = Object.values(broken).reduce((sum, n) => sum + n, 0)
  const kind = kinds[sofar % kinds.length]!
  broken[kind] = (broken[kind] ?? 0) + 1
  return kind
}

const USAGE = `Usage: node_modules/.bin/node bench/generate-quakes.ts ROWS FILE [SEED]
  --duplicates, --revisions, --stale, --broken   shares of the rows, by default 0.02, 0.03, 0.005, 0.001
  --days                                         of event time, by default 30`

function readArguments(): { file: string; options: QuakeFileOptions } {
  const shares = ['duplicates', 'revisions', 'stale', 'broken', 'days'] as const
  const options = Object.fromEntries(shares.map((name) => [name, { type: 'string' as const }]))
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const [rows, file, seed = '1'] = positionals
  const numbers = { rows, seed, ...values }
  for (const [name, text] of Object.entries(numbers)) {
    if (!file || !text || !(Number(text) >= 0))
      throw new Error(`${name} is '${text}'; expected a number\n${USAGE}`)
  }
  const parsed = Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)]))
  return { file: file!, options: parsed as unknown as QuakeFileOptions }
}

if (import.meta.main) {
  const { file, options } = readArguments()
  console.log(JSON.stringify(await writeQuakes(file, options)))
}
