import { counterNames, formerCounter } from '@dsf/dataset'
import type { Receipt } from '@dsf/stage'
import type { RunReceipt } from './receipts.ts'

/** A document of the index `dsf-pipeline`; written again, it replaces itself. */
export interface PipelineDocument {
  id: string
  document: { kind: 'run' | 'stage' | 'reject' | 'lag'; '@timestamp': number; dataset: string } & Record<
    string,
    string | number
  >
}

/** The way of a row, with the names that the stages have in a receipt's times. */
const way = ['requested', 'ingestor', 'cleaner', 'generator', 'sink-minio', 'indexer']

/** What dashboards know of a run whose last receipt has come. Times are those of its receipts, so a replay gives the same. */
export function runDocuments(receipts: Receipt[], summary: RunReceipt): PipelineDocument[] {
  const { runId: run, dataset, state, reason, counters } = summary
  const times = receipts.map((receipt) => receipt.times)
  const end = Math.max(...times.flatMap(({ indexer }) => indexer ?? []))
  const common = { '@timestamp': end, dataset, run }
  const whole = {
    ...{ kind: 'run' as const, ...common, state, ...(reason ? { reason } : {}) },
    ...pick(counters),
    duration_ms: end - (times[0]!['requested'] ?? end),
  }
  const lake = receipts.filter(({ route }) => route === 'lake').map((receipt) => receipt.times)
  const stages = way.slice(1).flatMap((stage, i) => {
    const lanes = lake.flatMap((at) => (at[stage] && at[way[i]!] ? at[stage] - at[way[i]!]! : []))
    return lanes.length === 0 ? [] : { stage, duration_ms: Math.max(...lanes) }
  })
  const rejects = Object.entries(counters).filter(([name]) => name.startsWith('quarantined:'))
  return [
    { id: run, document: whole },
    ...stages.map((stage) => ({
      id: `${run}.${stage.stage}`,
      document: { kind: 'stage' as const, ...common, ...stage },
    })),
    ...rejects.map(([name, rows]) => {
      const code = name.slice('quarantined:'.length)
      return { id: `${run}.rejects.${code}`, document: { kind: 'reject' as const, ...common, code, rows } }
    }),
  ]
}

const pick = (counters: RunReceipt['counters']) =>
  Object.fromEntries(
    [...counterNames, ...(formerCounter in counters ? [formerCounter] : [])].map((name) => [
      name,
      counters[name] ?? 0,
    ]),
  )

/** A run as the topic `runs` has it. */
export interface EndedRun {
  run: string
  state: string
  reason: string | null
  requested_at: number
  ended_at: number | null
  row: number
}

/** An import that failed sends no receipts: this is all that is known of it. */
export function failedImport(dataset: string, ended: EndedRun): PipelineDocument {
  const { run, reason, requested_at, ended_at, row: read } = ended
  const end = ended_at ?? requested_at
  const known = { state: 'failed', reason: reason ?? 'unknown', ...pick({ read }) }
  const document = { kind: 'run' as const, '@timestamp': end, dataset, run, ...known }
  return { id: run, document: { ...document, duration_ms: end - requested_at } }
}
