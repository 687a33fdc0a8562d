import { toRow, type QuarantinedRow } from '../src/refused/quarantined-row.ts'

/** A row that the cleaner refused, as it lies in its topic. */
export const refusedRow = (offset: number, change: object = {}): QuarantinedRow =>
  toRow(
    'k',
    {
      ...{ dsf_run: 'r', dsf_row: 3, stage: 'cleaner', content: 'avro', object: null },
      ...{ bytes: Buffer.from('x'), reasons: [{ field: 'mag', code: 'maximum', message: 'too much' }] },
      ...change,
    },
    { lane: 0, offset },
  )
