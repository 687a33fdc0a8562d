import { flow } from '@dsf/dataset'
import { defineStage, perDataset } from '@dsf/stage'
import { cleanerOf } from './clean.ts'
import type { RawRow } from './read-row.ts'
import { SeenVersions } from './seen-versions.ts'

const cleanFor = perDataset(cleanerOf)

/** Raw rows in, typed records out; duplicates and bad rows are counted, never dropped unseen. */
export const cleaner = defineStage<RawRow, SeenVersions>({
  name: 'cleaner',
  ...flow.cleaner,
  state: { changelog: 'seen', create: () => new SeenVersions() },
  handle: (batch, { state }) => cleanFor(batch.dataset)(batch, state),
})
