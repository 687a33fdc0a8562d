import { loadDataset, topicsOf } from '@dsf/dataset'
import type { Admin } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import type { Stage } from '../batches/define.ts'
import { ensureTopics, wishesOf } from './ensure-topics.ts'
import { readConfig } from '../settings/env.ts'
import { FatalError } from '../health/failure.ts'

const dataset = loadDataset('datasets/seattle-weather')
const unknownTopic = 'UNKNOWN_TOPIC_OR_PARTITION'
const stage = { reads: [], writes: [] } as unknown as Stage
const wishes = (own: NodeJS.ProcessEnv) =>
  wishesOf(
    stage,
    readConfig({}, { KAFKA_BROKERS: 'k:1', SCHEMA_REGISTRY_URL: 'http://r', HEALTH_PORT: '0', ...own }),
  )

/** A broker that hears of topics which another process has just made after some questions: none can be made slow on command. */
function lateBroker(questions: number) {
  const topics = topicsOf(dataset).map(({ topic, partitions }) => ({
    ...{ name: topic, partitions: Array.from({ length: partitions }, () => ({})) },
  }))
  let asked = 0
  const admin = {
    listTopics: async () => topics.map(({ name }) => name),
    fetchTopicMetadata: async () => {
      if (asked++ < questions) throw Object.assign(new Error('not hosted here'), { type: unknownTopic })
      return { topics }
    },
    describeConfigs: async () => ({ resources: [] }),
  } as unknown as Admin
  return { admin, asked: () => asked }
}

describe('topics that a stage makes', () => {
  it('may be known to their broker some moments later', async () => {
    const { admin, asked } = lateBroker(2)
    await ensureTopics(admin, dataset)
    expect(asked()).toBe(3)
  })

  it('need no more replicas for a record than they have', () => {
    const most = { KAFKA_REPLICATION_FACTOR: '2', KAFKA_MIN_INSYNC_REPLICAS: '2' }
    expect(wishes(most)).toMatchObject({ replicas: 2, minInsyncReplicas: 2 })
    expect(() => wishes({ ...most, KAFKA_REPLICATION_FACTOR: '1' })).toThrow(FatalError)
    expect(() => wishes({ ...most, KAFKA_REPLICATION_FACTOR: '1' })).toThrow('KAFKA_MIN_INSYNC_REPLICAS is 2')
  })
})
