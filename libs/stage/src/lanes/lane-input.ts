import { partitionsOf, type Counters, type Dataset, type TopicKind } from '@dsf/dataset'
import { DatasetError } from '../health/failure.ts'
import { OpenBatch } from '../batches/open-batch.ts'
import { fromMetadata } from './offset-metadata.ts'
import type { StageKit } from '../batches/stage-kit.ts'

/** One topic of a lane: how far it is read, how far committed, and what the open run has counted so far. */
export interface Input {
  kind: TopicKind
  topic: string
  open: OpenBatch
  /** offset of the next record to read */
  position: number
  /** offset that a restart would begin at; -1 before the first look */
  committed: number
  counted: Counters
  /** number of the record at the committed offset */
  records: number
  /** mark of the last commit, as far as we know: the work of a lane commits without moving the offset */
  owner?: string
}

/** Of the topics that a stage reads, those that have this lane: some have only the first one. */
export function openInputs(
  { stage, names, serde }: StageKit,
  dataset: Dataset,
  lane: number,
): Map<TopicKind, Input> {
  return new Map(
    stage.reads
      .filter((kind) => lane < partitionsOf(dataset, kind))
      .map((kind) => {
        const place = { dataset, lane, from: kind, stage: stage.name }
        const decoders = { rows: serde.inputDecoder(dataset, kind), receipts: serde.receiptDecoder() }
        const open = new OpenBatch(place, decoders, stage.batch?.(dataset))
        return [
          kind,
          {
            ...{ kind, topic: names.topic(dataset.name, kind), open },
            ...{ position: -1, committed: -1, counted: {}, records: 0 },
          },
        ]
      }),
  )
}

/**
 * Puts the inputs where the group's committed offsets are. Returns true when nobody has moved the lane since we last
 * committed; then everything in memory is still right.
 */
export async function readCommitted(kit: StageKit, lane: number, inputs: Input[]): Promise<boolean> {
  const answer = await kit.admin.fetchOffsets({
    groupId: kit.groupId,
    topics: inputs.map(({ topic }) => topic),
  })
  let unchanged = true
  for (const input of inputs) {
    const found = answer
      .find(({ topic }) => topic === input.topic)
      ?.partitions.find(({ partition }) => partition === lane)
    const start = await startOf(kit, input.topic, lane, Number(found?.offset ?? -1))
    const note = fromMetadata(found?.metadata)
    if (start === input.committed && note.owner === input.owner) continue
    unchanged = false
    // Without a note the offset serves as number: never below the true one, so no name is used twice
    const { counted, owner, records = start } = note
    input.open.reset(records)
    Object.assign(input, { committed: start, position: start, counted, owner, records })
  }
  return unchanged
}

/** Never committed: from the beginning. Committed, but gone from the log: rows were lost, and that is never silent. */
async function startOf({ admin }: StageKit, topic: string, lane: number, committed: number): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic)
  const low = Number(offsets.find(({ partition }) => partition === lane)!.low)
  if (committed < 0) return low
  if (committed >= low) return committed
  throw new DatasetError(
    `${topic}/${lane}: records ${committed} to ${low - 1} expired before they were read; raise retentionDays, then start the import again from its landing file`,
  )
}
