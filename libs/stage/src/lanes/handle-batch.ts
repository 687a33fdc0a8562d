import { addCounters, type Dataset } from '@dsf/dataset'
import type { LaneState, Receipt } from '../batches/define.ts'
import { inputName } from './held-inputs.ts'
import type { ClosedBatch } from '../batches/open-batch.ts'
import type { Outbox } from '../batches/outbox.ts'
import { closeReceipt, collects } from '../batches/receipts.ts'
import type { StageKit } from '../batches/stage-kit.ts'
import type { Progress } from './progress.ts'

interface OwnedLane {
  dataset: Dataset
  number: number
  /** of a stage that has one */
  state: LaneState | undefined
}

/** What becomes of a batch goes into the transaction: what could not be decoded, what the handler gives for the rest, and the receipt behind it. */
export async function handleBatch(
  kit: StageKit,
  lane: OwnedLane,
  { batch, poison, receipt }: ClosedBatch,
  outbox: Outbox,
  progress: Progress,
): Promise<void> {
  const { stage, log, metrics, stopping: signal } = kit
  const { input, counted } = progress
  metrics.rowsIn(lane.dataset.name, input.topic, batch.records.length)
  outbox.addNow('quarantine', poison)
  if (poison.length > 0) addCounters(counted, { undecodable: poison.length })
  if (batch.records.length > 0) {
    const heard = () => kit.heard(inputName({ topic: input.topic, partition: lane.number }))
    const result = await stage.handle(batch, { state: lane.state!, log, heard, signal })
    addCounters(counted, await outbox.addResult(result))
  }
  if (receipt) await passReceipt(kit, lane, receipt, outbox, progress)
}

async function passReceipt(
  { stage, log }: StageKit,
  { dataset, number }: OwnedLane,
  receipt: Receipt,
  outbox: Outbox,
  progress: Progress,
): Promise<void> {
  const { kind } = progress.input
  const passed = closeReceipt(receipt, progress.counted, stage, kind)
  if (collects(stage, receipt)) progress.counted = {}
  const out = await stage.close?.(passed, dataset)
  if (out) await outbox.addResult({ out })
  for (const to of stage.passes[kind] ?? []) outbox.addReceipt(to, passed)
  const { run, route, counters } = passed
  log.info({ dataset: dataset.name, lane: number, run, route, counters }, 'receipt passed')
}
