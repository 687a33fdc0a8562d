/**
 * What a receipt counts, in the order in which people read it. `repeated` is a part of `replaced`: documents that the index
 * had in this very version, so that whether they were created or replaced was told to an attempt that is lost. The index
 * grows by `created` where `repeated` is 0, and else by up to as many more.
 */
export const counterNames = [
  'read',
  'clean',
  'duplicate',
  'quarantined',
  'simulated',
  'enriched',
  'processed',
  'stored',
  'created',
  'replaced',
  'superseded',
  'repeated',
  'refused',
] as const
export type CounterName = (typeof counterNames)[number]

/** Counts of one run in one lane. Reasons are counted beside, as `quarantined:<code>`. */
export type Counters = Record<string, number>

export function addCounters(into: Counters, more: Counters): Counters {
  for (const [name, count] of Object.entries(more)) into[name] = (into[name] ?? 0) + count
  return into
}

/** Rows that their computed fields made too large for a record: clean, and in quarantine all the same. */
const outgrown = 'quarantined:outgrown'

/** What receipts of the first releases counted for `created` and `replaced` together. A run that was open at the upgrade has both. */
export const formerCounter = 'indexed'

/** Rows of a chunk that had rows of too many partitions: in quarantine, and not in the lake. */
const scattered = 'quarantined:partitions'

type Summand = CounterName | typeof outgrown | typeof formerCounter
const perhaps = new Set<Summand>([outgrown, formerCounter])

const sums: [left: Summand[], right: Summand[]][] = [
  [['read'], ['clean', 'duplicate', 'quarantined']],
  [
    ['enriched', outgrown],
    ['clean', 'simulated'],
  ],
  [['processed'], ['clean']],
  [['stored'], ['enriched']],
  [['stored'], ['created', 'replaced', 'superseded', formerCounter]],
]

/** Invariant 5 for a finished run: one sentence per sum that does not hold, none when every row has its answer. */
export function brokenSums(counters: Counters): string[] {
  const value = (names: Summand[]) => names.reduce((sum, name) => sum + (counters[name] ?? 0), 0)
  const isCounted = (name: Summand) => !perhaps.has(name) || counters[name] !== undefined
  const side = (names: Summand[]) =>
    names
      .filter(isCounted)
      .map((name) => `${name} ${counters[name] ?? 0}`)
      .join(' + ')
  return sums
    .filter(([left, right]) => value(left) !== value(right))
    .map(
      ([left, right]) =>
        `${side(left)} is not ${side(right)}${right.includes('created') ? refusal(counters) : ''}${right.includes('enriched') ? scatter(counters) : ''}`,
    )
}

/** The lake is cut too finely for the file: its rows are safe, but the run has failed. */
const scatter = ({ [scattered]: rows = 0 }: Counters): string =>
  rows > 0
    ? ` (in quarantine, because a chunk had more partitions than x-dsf.sinks.lake.partitions allows: ${rows})`
    : ''

/** A document that Elasticsearch refuses is a fault of definition or mapping: the row is safe, but the run has failed. */
const refusal = ({ refused = 0 }: Counters): string =>
  refused > 0 ? ` (refused and in quarantine: ${refused})` : ''
