import type { Names } from '@dsf/dataset'
import type { Admin, Kafka } from 'kafkajs'
import type { Stage } from './define.ts'
import type { Logger } from '../health/log.ts'
import type { StageMetrics } from '../health/metrics.ts'
import type { Serde } from '../kafka/serde.ts'
import type { Spans } from '../health/telemetry.ts'

/** A topic of a lane, as the consumer knows it. */
export interface InputPlace {
  topic: string
  partition: number
}

/** What the lanes of one process share. */
export interface StageKit {
  stage: Stage
  names: Names
  groupId: string
  kafka: Kafka
  /** another one after a dataset went: ask for it each time */
  readonly admin: Admin
  serde: Serde
  log: Logger
  metrics: StageMetrics
  spans: Spans
  seek: (place: InputPlace, offset: number) => void
  pause: (place: InputPlace) => void
  resume: (place: InputPlace) => void
  /** aborted when the process stops */
  stopping: AbortSignal
  /** a sign of life for liveness, of a lane's input or of the whole */
  heard: (what?: string) => void
}
