import type { Admin, Kafka } from 'kafkajs'
import type { Stage } from './define.ts'
import type { Logger } from './log.ts'
import type { StageMetrics } from './metrics.ts'
import type { Serde } from './serde.ts'
import type { Spans } from './telemetry.ts'

/** What the lanes of one process share. */
export interface StageKit {
  stage: Stage
  groupId: string
  kafka: Kafka
  admin: Admin
  serde: Serde
  log: Logger
  metrics: StageMetrics
  spans: Spans
  seek: (topic: string, partition: number, offset: number) => void
  stopping: () => boolean
  /** a sign of life for liveness */
  heard: () => void
}
