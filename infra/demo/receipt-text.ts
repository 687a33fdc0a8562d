/** A receipt as the sums that it proves (invariant 5), for people. */
import type { Run } from '../client/runs.ts'

const reasonPrefix = 'quarantined:'

export function receiptText({ counters }: Pick<Run, 'counters'>): string {
  const n = (name: string) => count(counters[name] ?? 0)
  const reasons = Object.entries(counters)
    .filter(([name]) => name.startsWith(reasonPrefix))
    .map(([name, rows]) => `${count(rows)} ${name.slice(reasonPrefix.length)}`)
  const why = reasons.length > 0 ? ` (${reasons.join(', ')})` : ''
  const refused = counters['refused'] ? ` + ${n('refused')} refused` : ''
  const lines: [name: string, total: string, parts: string][] = [
    [
      'read',
      n('read'),
      `= ${n('clean')} clean + ${n('duplicate')} duplicate + ${n('quarantined')} quarantined${why}`,
    ],
    ['enriched', n('enriched'), `= ${n('clean')} clean + ${n('simulated')} simulated`],
    ['processed', n('processed'), `= ${n('clean')} clean, as CSV`],
    ['stored', n('stored'), `= ${n('enriched')} enriched, in the lake`],
    [
      'created',
      n('created'),
      `+ ${n('replaced')} replaced + ${n('superseded')} superseded${refused} = ${n('stored')} stored`,
    ],
  ]
  const width = Math.max(...lines.map(([, total]) => total.length))
  return lines
    .map(([name, total, parts]) => `${name.padEnd(10)} ${total.padStart(width)} ${parts}`)
    .join('\n')
}

/** 1707 as 1,707. */
export const count = (value: number): string => value.toLocaleString('en-US')
