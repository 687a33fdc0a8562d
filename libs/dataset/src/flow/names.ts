import { topicName, type TopicKind } from '../records/topics.ts'

/** What a pipeline is called in a Kafka that it may share with others: each name begins with its prefix, which is empty by default. */
export interface Names {
  topic: (dataset: string, kind: TopicKind) => string
  /** the group that a stage's instances share its lanes in */
  group: (stage: string) => string
  /** begins every group of its own in which an instance reads a topic beside its lanes */
  reader: (stage: string) => string
  /** begins every transactional id of a program */
  transactions: (stage: string) => string
  /** the transactional id of one */
  lane: (stage: string, dataset: string, lane: number) => string
  /** whose topic it is, and of which kind */
  partsOf: (topic: string) => { dataset: string; kind: TopicKind }
}

/** What such a prefix may be. */
export const prefixPattern = /^[A-Za-z0-9._-]{0,100}$/

/** The same of indices, whose names begin with a small letter or a digit. */
export const indexPrefixPattern = /^([a-z0-9][a-z0-9._-]{0,99})?$/

export function namesOf(prefix = ''): Names {
  const transactions = (stage: string) => `${prefix}dsf.${stage}.`
  return {
    topic: (dataset, kind) => `${prefix}${topicName(dataset, kind)}`,
    group: (stage) => `${prefix}dsf.${stage}`,
    reader: (stage) => `${prefix}dsf.read.${stage}.`,
    transactions,
    lane: (stage, dataset, lane) => `${transactions(stage)}${dataset}.${lane}`,
    partsOf: (topic) => {
      const dot = topic.lastIndexOf('.')
      return { dataset: topic.slice(prefix.length, dot), kind: topic.slice(dot + 1) as TopicKind }
    },
  }
}
