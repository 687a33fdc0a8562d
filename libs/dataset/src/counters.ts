/** What a receipt counts, in the order in which people read it. */
export const counterNames = [
  'read',
  'clean',
  'duplicate',
  'quarantined',
  'simulated',
  'enriched',
  'processed',
  'stored',
  'indexed',
  'superseded',
  'refused',
] as const
export type CounterName = (typeof counterNames)[number]

/** Counts of one run in one lane. Reasons are counted beside, as `quarantined:<code>`. */
export type Counters = Record<string, number>

export function addCounters(into: Counters, more: Counters): Counters {
  for (const [name, count] of Object.entries(more)) into[name] = (into[name] ?? 0) + count
  return into
}

const sums: [left: CounterName[], right: CounterName[]][] = [
  [['read'], ['clean', 'duplicate', 'quarantined']],
  [['enriched'], ['clean', 'simulated']],
  [['processed'], ['clean']],
  [['stored'], ['enriched']],
  [['stored'], ['indexed', 'superseded']],
]

/** Invariant 5 for a finished run: one sentence per sum that does not hold, none when every row has its answer. */
export function brokenSums(counters: Counters): string[] {
  const value = (names: CounterName[]) => names.reduce((sum, name) => sum + (counters[name] ?? 0), 0)
  const side = (names: CounterName[]) => names.map((name) => `${name} ${counters[name] ?? 0}`).join(' + ')
  return sums
    .filter(([left, right]) => value(left) !== value(right))
    .map(
      ([left, right]) =>
        `${side(left)} is not ${side(right)}${right.includes('indexed') ? refusal(counters) : ''}`,
    )
}

/** A document that Elasticsearch refuses is a fault of definition or mapping: the row is safe, but the run has failed. */
const refusal = ({ refused = 0 }: Counters): string =>
  refused > 0 ? ` (refused and in quarantine: ${refused})` : ''
