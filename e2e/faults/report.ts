/** What people read of a run over many rounds. */
import type { RoundResult } from './round.ts'

const mark = ({ violations, hit }: RoundResult) =>
  violations.length > 0 ? 'VIOLATED' : hit ? 'ok' : 'ok (missed)'
const inSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

export function roundLine(result: RoundResult, rounds: number): string {
  const { number, id, title, recoveryMs, durationMs, aborted, exits } = result
  const extras = [
    `recovered in ${inSeconds(recoveryMs)}`,
    `round ${inSeconds(durationMs)}`,
    ...(aborted > 0 ? [`${aborted} aborted records`] : []),
    ...(exits.length > 0 ? [`ended by itself: ${exits.join(', ')}`] : []),
  ]
  return `${String(number).padStart(String(rounds).length)}/${rounds}  ${id.padEnd(3)}  ${title}: ${mark(result)}, ${extras.join(', ')}`
}

/** The offending record, and every place where it was found. */
export function violationText({
  invariant,
  topic,
  lane,
  offset,
  record,
  path,
}: RoundResult['violations'][number]): string {
  const place = topic === undefined ? '' : ` in ${topic}/${lane}@${offset}`
  const steps = (path ?? []).map((step) => `    ${JSON.stringify(step)}`)
  return [`  ${invariant}${place}: ${JSON.stringify(record)}`, ...steps].join('\n')
}

/** By variant: rounds, and in how many of them the fault hit the import. */
export function summaryText(results: RoundResult[]): string {
  const lines = variantsOf(results).map(
    ({ id, title, rounds, hit, recoveryMs }) =>
      `  ${String(rounds).padStart(3)} rounds, ${String(hit).padStart(3)} hit, recovery at most ${inSeconds(recoveryMs).padStart(6)}  ${id.padEnd(3)}  ${title}`,
  )
  return lines.join('\n')
}

/** The same for programs: what a variant came to, over its rounds. */
export function variantsOf(results: RoundResult[]) {
  const byVariant = Map.groupBy(results, ({ id, title }) => `${id.padEnd(3)}  ${title}`)
  return [...byVariant].toSorted(byNumber).map(([, rounds]) => ({
    id: rounds[0]!.id,
    title: rounds[0]!.title,
    rounds: rounds.length,
    hit: rounds.filter(({ hit }) => hit).length,
    aborted: rounds.reduce((sum, { aborted }) => sum + aborted, 0),
    recoveryMs: Math.round(Math.max(...rounds.map(({ recoveryMs }) => recoveryMs))),
  }))
}

const byNumber = ([a]: [string, unknown], [b]: [string, unknown]) =>
  a.localeCompare(b, 'en', { numeric: true })

export function totals(results: RoundResult[]) {
  const recoveries = results.map(({ recoveryMs }) => recoveryMs).toSorted((a, b) => a - b)
  const sum = (value: (result: RoundResult) => number) =>
    results.reduce((total, result) => total + value(result), 0)
  return {
    rounds: results.length,
    hit: results.filter(({ hit }) => hit).length,
    violations: sum(({ violations }) => violations.length),
    abortedRecords: sum(({ aborted }) => aborted),
    documents: sum(({ documents }) => documents),
    exits: sum(({ exits }) => exits.length),
    recoveryMs: {
      median: Math.round(recoveries[recoveries.length >> 1] ?? 0),
      most: Math.round(recoveries.at(-1) ?? 0),
    },
  }
}
