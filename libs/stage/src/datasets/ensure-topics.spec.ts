import { describe, expect, it } from 'vitest'
import type { Stage } from '../batches/define.ts'
import { wishesOf } from './ensure-topics.ts'
import { readConfig } from '../settings/env.ts'
import { FatalError } from '../health/failure.ts'

const stage = { reads: [], writes: [] } as unknown as Stage
const wishes = (own: NodeJS.ProcessEnv) =>
  wishesOf(
    stage,
    readConfig({}, { KAFKA_BROKERS: 'k:1', SCHEMA_REGISTRY_URL: 'http://r', HEALTH_PORT: '0', ...own }),
  )

describe('topics that a stage makes', () => {
  it('need no more replicas for a record than they have', () => {
    const most = { KAFKA_REPLICATION_FACTOR: '2', KAFKA_MIN_INSYNC_REPLICAS: '2' }
    expect(wishes(most)).toMatchObject({ replicas: 2, minInsyncReplicas: 2 })
    expect(() => wishes({ ...most, KAFKA_REPLICATION_FACTOR: '1' })).toThrow(FatalError)
    expect(() => wishes({ ...most, KAFKA_REPLICATION_FACTOR: '1' })).toThrow('KAFKA_MIN_INSYNC_REPLICAS is 2')
  })
})
