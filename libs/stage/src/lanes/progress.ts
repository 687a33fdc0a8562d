import type { Counters } from '@dsf/dataset'
import type { Stage } from '../batches/define.ts'
import type { Input } from './lane-input.ts'
import type { ClosedBatch } from '../batches/open-batch.ts'
import { toMetadata } from './offset-metadata.ts'

/** What one transaction moves for an input. */
export interface Progress {
  input: Input
  next: number
  records: number
  counted: Counters
}

/** What a lane was doing, for people: the run, and the offsets of the batches that go into one transaction. */
export interface InWork {
  run?: string
  firstOffset?: number
  lastOffset?: number
}

export function runOf(group: ClosedBatch[]): string | undefined {
  for (const { batch, receipt } of group) {
    const run = batch.records[0]?.dsf_run ?? batch.records[0]?.run ?? receipt?.run
    if (typeof run === 'string') return run
  }
  return undefined
}

export const offsetsOf = (group: ClosedBatch[]): InWork => ({
  firstOffset: group.flatMap(({ batch }) => batch.offsets.slice(0, 1))[0],
  lastOffset: group.at(-1)!.next - 1,
})

/** All batches that a fetch closed go into one transaction; a stage with limits gets one transaction per batch. */
export function groupsOf({ batch }: Pick<Stage, 'batch'>, closed: ClosedBatch[]): ClosedBatch[][] {
  return batch ? closed.map((one) => [one]) : closed.length > 0 ? [closed] : []
}

/** How far an input is read, with its mark, as a transaction commits it. */
export function offsetsToCommit(
  consumerGroupId: string,
  partition: number,
  owner: string,
  { input, next, records, counted }: Progress,
) {
  const place = { partition, offset: String(next), metadata: toMetadata({ counted, records, owner }) }
  return { consumerGroupId, topics: [{ topic: input.topic, partitions: [place] }] }
}
