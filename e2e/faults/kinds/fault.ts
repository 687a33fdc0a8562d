import type { Variant } from '../plan.ts'
import type { Import, World } from '../world.ts'

/** What came of a fault, for the report and for the checker. */
export interface Outcome {
  /** false when the moment never came: the import was over before */
  hit?: boolean
  /** what the history may hold that a run without the fault has not */
  expect?: { refused?: number; poison?: number }
}

/**
 * A fault against a part of the pipeline. `inject` starts the import, does the harm at the right moment, and resolves
 * when the harm is over: from then on everything must come right by itself.
 */
export interface Fault extends Variant {
  inject: (world: World, its: Import) => Promise<Outcome | void>
  /** in runs of a few rounds this variant stands for its family */
  quick?: boolean
}
