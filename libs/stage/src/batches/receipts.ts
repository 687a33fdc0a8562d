import { addCounters, type Counters } from '@dsf/dataset'
import type { Receipt, Stage } from './define.ts'

/** Header that tells a receipt from a row without decoding either. */
const kindHeader = 'dsf-kind'
const receiptKind = 'receipt'
export const receiptHeaders = { [kindHeader]: receiptKind }

export function isReceipt(headers: Record<string, unknown> | undefined): boolean {
  return headers !== undefined && kindHeader in headers && String(headers[kindHeader]) === receiptKind
}

/**
 * The receipt as it leaves a stage: with what was counted here, unless it is on a route that does not collect it, and with
 * the time.
 */
export function closeReceipt(
  receipt: Receipt,
  counted: Counters,
  stage: Pick<Stage, 'name' | 'routes' | 'countsInto'>,
  from: keyof NonNullable<Stage['routes']>,
  now = Date.now(),
): Receipt {
  const route = stage.routes?.[from] ?? receipt.route
  const counters = collects(stage, receipt) ? addCounters({ ...receipt.counters }, counted) : receipt.counters
  return { ...receipt, route, counters, times: { ...receipt.times, [stage.name]: now } }
}

export const collects = (stage: Pick<Stage, 'countsInto'>, receipt: Receipt): boolean =>
  stage.countsInto === undefined || stage.countsInto === receipt.route
