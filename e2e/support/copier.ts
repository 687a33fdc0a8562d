/** The simplest stage of a test on real servers. */
import type { Batch, Result, Stage } from '../../libs/stage/src/batches/define.ts'
import { freshName } from './lanes.ts'

/** Every row goes on, and is counted; `before` sees each batch first, and may throw or wait. */
export function copier(before: (batch: Batch) => void | Promise<void> = () => undefined): Stage {
  return {
    name: freshName(),
    reads: ['raw'],
    writes: ['clean'],
    passes: { raw: ['clean'] },
    handle: async (batch) => {
      await before(batch)
      return copied(batch)
    },
  }
}

/** The rows of a batch as clean ones, perhaps with more columns. */
export function copied({ records, keys }: Batch, more: object = {}): Result {
  const clean = records.map(({ dsf_run, dsf_row, id, v }, i) => ({
    key: keys[i]!,
    value: { dsf_run, dsf_row, dsf_version: Number(v), id, v: Number(v), ...more },
  }))
  return { out: { clean }, counts: { clean: clean.length } }
}
