import type { Consumer } from 'kafkajs'
import type { CommonConfig } from '../settings/env.ts'
import { classify } from '../health/failure.ts'
import { laneAssigner } from '../kafka/lane-assigner.ts'
import type { Lanes } from './lanes.ts'
import type { StageKit } from '../batches/stage-kit.ts'

/** The consumer of a stage's group, connected to its lanes. It ends the process when kafkajs gives up. */
export function openConsumer(
  { kafka, groupId, heard }: StageKit,
  { SESSION_TIMEOUT_MS: sessionTimeout }: CommonConfig,
  lanes: Lanes,
  onFatal: (error: Error) => void,
): Consumer {
  const consumer = kafka.consumer({
    groupId,
    partitionAssigners: [laneAssigner(lanes.sharedBy)],
    sessionTimeout,
    heartbeatInterval: 1000,
    // a lane that was held is fetched again when the fetch before it is over
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: 2 * 2 ** 20,
    // of all lanes: decoding it is one piece of work
    maxBytes: 8 * 2 ** 20,
    allowAutoTopicCreation: false,
    retry: {
      initialRetryTime: 200,
      maxRetryTime: 5000,
      retries: 4,
      restartOnFailure: async (error) => classify(error) !== 'fatal',
    },
  })
  consumer.on('consumer.fetch', () => heard())
  consumer.on('consumer.group_join', ({ payload }) => void lanes.assigned(payload.memberAssignment))
  consumer.on('consumer.end_batch_process', ({ payload }) => lanes.fetched(payload))
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) onFatal(payload.error)
  })
  return consumer
}

/** Other topics for a consumer that runs: it stays in its group and joins again, as after a rebalance (docs/adr/0004). */
export function resubscribe(consumer: Consumer, topics: string[]): Promise<void> {
  const patched = consumer as Consumer & { resubscribe: Consumer['subscribe'] }
  return patched.resubscribe({ topics, fromBeginning: true })
}

/** What lanes ask of the consumer about one of their inputs. */
export function consumerControls(
  consumer: () => Consumer | undefined,
): Pick<StageKit, 'seek' | 'pause' | 'resume'> {
  return {
    seek: (place, offset) => unlessRestarting(() => consumer()?.seek({ ...place, offset: String(offset) })),
    pause: ({ topic, partition }) =>
      unlessRestarting(() => consumer()?.pause([{ topic, partitions: [partition] }])),
    resume: ({ topic, partition }) =>
      unlessRestarting(() => consumer()?.resume([{ topic, partitions: [partition] }])),
  }
}

/** A consumer that is between a stop and a start takes no orders; what it needs to know is told when it fetches again. */
function unlessRestarting(order: () => void): void {
  try {
    order()
  } catch (error) {
    if (!(error as Error).name.startsWith('KafkaJS')) throw error
  }
}
