import { counterNames, formerCounter, shorten, type Counters } from '@dsf/dataset'

/** A document of the index `dsf-pipeline`; written again, it replaces itself. */
export interface PipelineDocument {
  id: string
  document: { kind: 'run' | 'stage' | 'reject' | 'lag'; '@timestamp': number; dataset: string } & Record<
    string,
    string | number | boolean
  >
}

/** What documents say of a run, as the topic `runs` has it. */
export interface EndedRun {
  run: string
  type?: string
  state: string
  reason: string | null
  requested_at: number
  ended_at: number | null
  row: number
  /** of an import whose file was the one of a run before */
  unchanged?: { since: string } | null
  /** how its header differs from the one before */
  drift?: HeaderDrift | null
  /** rows and lines that the definition lets pass, by what it lets pass */
  tolerated?: Record<string, number>
  counters: Counters
  /** ms in the slowest lane, by stage */
  durations: Record<string, number>
}

interface HeaderDrift {
  added: string[]
  gone: string[]
  renamed: { from: string; to: string }[]
  reordered: boolean
  done: string
}

/** What dashboards know of a run that is over, and nothing before. Of an import that failed no receipts came, but its rows are known. */
export function runDocuments(dataset: string, ended: EndedRun): PipelineDocument[] {
  const { run, type, state, reason, requested_at, ended_at, row, unchanged, counters, durations } = ended
  const { drift, tolerated = {} } = ended
  if (ended_at === null) return []
  const common = { '@timestamp': ended_at, dataset, run }
  const whole = {
    ...{ kind: 'run' as const, ...common, state, ...(reason ? { reason } : {}) },
    // it counts nothing, and is none of the runs that others are compared with
    ...(unchanged ? { unchanged_since: unchanged.since } : pick({ read: row, ...counters })),
    ...(type === 'replay' ? { replay: true } : {}),
    ...findingsOf(drift ?? undefined, tolerated),
    duration_ms: ended_at - requested_at,
  }
  const rejects = Object.entries(counters).filter(([name]) => name.startsWith('quarantined:'))
  return [
    { id: run, document: whole },
    ...Object.entries(durations).map(([stage, duration_ms]) => ({
      id: `${run}.${stage}`,
      document: { kind: 'stage' as const, ...common, stage, duration_ms },
    })),
    ...rejects.map(([name, rows]) => {
      const code = name.slice('quarantined:'.length)
      return { id: `${run}.rejects.${code}`, document: { kind: 'reject' as const, ...common, code, rows } }
    }),
  ]
}

/** Names of columns are of the file, and many: a table has room for some. */
const mostText = 300

function findingsOf(
  drift: HeaderDrift | undefined,
  tolerated: Record<string, number>,
): Record<string, string> {
  const passed = Object.entries(tolerated).map(([what, count]) => `${what} ${count}`)
  const findings = [...(drift ? [headerOf(drift)] : []), ...passed].join('; ')
  return findings === '' ? {} : { findings: shorten(findings, mostText) }
}

function headerOf({ added, gone, renamed, reordered, done }: HeaderDrift): string {
  const changes = [
    ...(added.length > 0 ? [`added ${added.join(', ')}`] : []),
    ...(gone.length > 0 ? [`gone ${gone.join(', ')}`] : []),
    ...renamed.map(({ from, to }) => `${from} is now ${to}`),
    ...(reordered ? ['another order'] : []),
  ]
  return `header ${done}: ${changes.join(', ')}`
}

const pick = (counters: Counters): Record<string, number> => {
  const names = [...counterNames, ...(formerCounter in counters ? [formerCounter] : [])]
  return Object.fromEntries(names.map((name) => [name, counters[name] ?? 0]))
}
