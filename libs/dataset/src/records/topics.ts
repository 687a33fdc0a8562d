import type { Dataset } from '../definition/dataset.ts'
import { largestBatch } from '../definition/limits.ts'

/** What travels between the stages. The topic of a kind is `<dataset>.<kind>`. */
export const topicKinds = [
  'requests',
  'runs',
  'raw',
  'clean',
  'seen',
  'enriched',
  'profile',
  'objects',
  'receipts',
  'quarantine',
] as const
export type TopicKind = (typeof topicKinds)[number]

export interface TopicSpec {
  topic: string
  kind: TopicKind
  partitions: number
  config: Record<string, string>
}

export const topicName = (dataset: string, kind: TopicKind): string => `${dataset}.${kind}`

const day = 24 * 3600 * 1000
const forever = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.1' }

/** All settings of a topic: its own, and those that every topic has. */
export const topicSettings = ({ config }: TopicSpec, minInsyncReplicas?: number): Record<string, string> => ({
  ...config,
  'max.message.bytes': String(largestBatch),
  ...(minInsyncReplicas === undefined ? {} : { 'min.insync.replicas': String(minInsyncReplicas) }),
})

/**
 * All topics of a dataset. `runs` and `seen` are state and compacted; `requests` has one partition because runs of a
 * dataset follow each other, and so has `receipts`, which ends them; `profile` because few records describe many; `quarantine`
 * is kept four times longer, because people have to look at it.
 */
export function topicsOf(dataset: Dataset, prefix = ''): TopicSpec[] {
  const keep = (days: number) => ({ 'cleanup.policy': 'delete', 'retention.ms': String(days * day) })
  const flow = keep(dataset.retentionDays)
  const config: Record<TopicKind, Record<string, string>> = {
    requests: keep(30),
    runs: forever,
    raw: flow,
    clean: flow,
    seen: forever,
    enriched: flow,
    profile: keep(dataset.retentionDays * 4),
    objects: keep(dataset.retentionDays * 4),
    receipts: keep(30),
    quarantine: keep(dataset.retentionDays * 4),
  }
  return topicKinds.map((kind) => ({
    topic: `${prefix}${topicName(dataset.name, kind)}`,
    kind,
    partitions: partitionsOf(dataset, kind),
    config: config[kind],
  }))
}

const onePartition = new Set<TopicKind>(['requests', 'runs', 'receipts', 'profile'])

/** Topics that keep the last record of a key, and nothing of one whose last record is empty. */
export const isChangelog = (kind: TopicKind): boolean => kind === 'runs' || kind === 'seen'

/** Lanes that a topic has: all of the dataset's, or the first one alone. */
export const partitionsOf = ({ lanes }: Dataset, kind: TopicKind): number =>
  onePartition.has(kind) ? 1 : lanes
