import { flow } from '@dsf/dataset'
import { defineStage, perDataset } from '@dsf/stage'
import { enricherOf } from './enrich.ts'
import type { CleanRecord } from './simulate.ts'

/** Adds computed fields to clean records and, only when switched on, simulated records beside them. */
export function generator(simulating: boolean) {
  const enrichFor = perDataset((dataset) => enricherOf(dataset, simulating))
  return defineStage<CleanRecord>({
    name: 'generator',
    ...flow.generator,
    handle: (batch) => enrichFor(batch.dataset)(batch),
  })
}
