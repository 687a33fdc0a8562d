import type { Admin } from 'kafkajs'

/**
 * How far a stage is behind in a lane: from the offset that it has committed, or else the beginning, to the end of the topic. This is
 * the one truth: metrics count it from what a lane knows, the documents of `dsf-pipeline` from what Kafka answers, and `make status`
 * shows the metrics. What a stage gathers for a chunk is not committed, so it waits like everything else.
 *
 * Markers of transactions have offsets, and are no records: a lane commits past those that it has fetched, so that it is 0
 * where nothing waits. Before the end they count: it is a few more than the records then.
 */
export const lagOf = (end: number, committed: number | undefined, beginning: number): number =>
  Math.max(0, end - Math.max(beginning, committed ?? 0))

/** The same for a stage as a whole, over all lanes of a topic, whether it runs or not. */
export async function lagOfGroup(admin: Admin, groupId: string, topic: string): Promise<number> {
  const ends = await admin.fetchTopicOffsets(topic)
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const committed = new Map(group!.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
  return ends
    .map(({ partition, low, high }) => lagOf(Number(high), committed.get(partition), Number(low)))
    .reduce((sum, records) => sum + records, 0)
}
