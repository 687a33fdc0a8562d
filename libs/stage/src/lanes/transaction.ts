import type { Producer } from 'kafkajs'
import type { Outbox } from '../batches/outbox.ts'
import { sendOffsets, type OffsetsOfGroup } from '../kafka/kafka.ts'
import { crashPoint } from '../settings/crash-points.ts'

/** Everything in the outbox, and the offset behind it: all of it counts when this is done, and nothing when it throws before the commit. */
export async function commitTransaction(
  producer: Producer,
  outbox: Outbox,
  offsets: OffsetsOfGroup,
): Promise<void> {
  const transaction = await producer.transaction()
  try {
    crashPoint('before-send')
    for (const topicMessages of outbox.sends()) await transaction.sendBatch({ acks: -1, topicMessages })
    crashPoint('after-send')
    await sendOffsets(transaction, offsets)
    crashPoint('after-offsets')
    await transaction.commit()
  } catch (error) {
    await transaction.abort().catch(() => undefined)
    throw error
  }
  crashPoint('after-commit')
}
