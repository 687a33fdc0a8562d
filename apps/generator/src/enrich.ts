import { compileExpressions, twinOf, type CompiledField, type Dataset, type Value } from '@dsf/dataset'
import type { Batch, Output, Result } from '@dsf/stage'
import { simulatorOf, type CleanRecord } from './simulate.ts'

export type Enrich = (batch: Batch<CleanRecord>) => Result

/** Compiles a dataset's computed fields and, when asked for, its simulation. */
export function enricherOf(dataset: Dataset, simulating: boolean): Enrich {
  const computed = compileExpressions(dataset)
  const simulate = simulating ? simulatorOf(dataset) : undefined
  return (batch) => {
    const enriched: Output[] = []
    let simulated = 0
    batch.records.forEach((record, i) => {
      const key = batch.keys[i]!
      enriched.push({ key, value: compute(record, computed, false) })
      const twin = simulate?.(record, String(key))
      if (!twin) return
      simulated++
      enriched.push({ key: twinOf(String(key)), value: compute(twin, computed, true) })
    })
    return { out: { enriched }, counts: { simulated, enriched: enriched.length } }
  }
}

/** Adds the computed fields to the record itself: nobody else holds it. */
function compute(record: CleanRecord, computed: CompiledField[], simulated: boolean): Record<string, Value> {
  record.simulated = simulated
  for (const { name, evaluate } of computed) record[name] = evaluate(record)
  return record
}
