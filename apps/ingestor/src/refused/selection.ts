import type { Place } from '@dsf/stage'

/** Which refused rows; what is left out matches every row. */
export interface Selection {
  stage?: string | null
  code?: string | null
  run?: string | null
}

/** A selection as it stood when it was asked for: rows that are refused later are not among it. */
export interface Replay {
  selection: Selection
  /** offsets of the quarantine topic, by lane */
  until: number[]
}

const scheme = 'quarantine:'
const names = ['stage', 'code', 'run'] as const

/** A replay as runs had it in their source until it became a request of its own: `quarantine:?stage=cleaner&until=12.30`. */
export function parseReplay(source: string): Replay | undefined {
  if (!source.startsWith(`${scheme}?`)) return undefined
  const query = new URLSearchParams(source.slice(scheme.length + 1))
  const selection: Selection = {}
  for (const name of names) {
    const value = query.get(name)
    if (value !== null) selection[name] = value
  }
  return { selection, until: (query.get('until') ?? '').split('.').map(Number) }
}

export function isSelected(
  { stage, code, run }: Selection,
  row: { stage: string; dsf_run: string; reasons: { code: string }[] },
): boolean {
  return (
    (!stage || stage === row.stage) &&
    (!run || run === row.dsf_run) &&
    (!code || row.reasons.some((reason) => reason.code === code))
  )
}

/** True for a row that a replay has taken: one that was refused again stands behind it. */
export const isTaken = (
  { selection, until }: Replay,
  row: Parameters<typeof isSelected>[1] & Place,
): boolean => row.offset < (until[row.lane] ?? 0) && isSelected(selection, row)
