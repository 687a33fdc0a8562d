import { join } from 'node:path'
import { loadDataset } from '@dsf/dataset'
import type { TopicReader } from '@dsf/stage'
import { describe, expect, it } from 'vitest'
import { publishReplay } from './publish-replay.ts'
import { whyNotReplayable, type QuarantinedRow } from './quarantined-row.ts'
import { newRun } from './run-state.ts'

const dataset = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))

const quarantined = (n: number, text: string): QuarantinedRow => ({
  ...{ lane: n % dataset.lanes, offset: n, dsf_run: 'first', dsf_row: n, stage: 'cleaner', reasons: [] },
  ...{ content: 'avro', bytes: Buffer.from(text), object: null, key: `k${n}` },
})

describe('a replay of records', () => {
  it('reads them in one go, and refuses again what is no record, without stopping the others', async () => {
    const asked: number[] = []
    const topics: Pick<TopicReader, 'decode'> = {
      decode: async (_dataset, _kind, values) => {
        asked.push(values.length)
        return values.map((value) =>
          String(value) === 'cut' ? new Error('is cut short') : { id: String(value) },
        )
      },
    }
    const rows = [quarantined(1, 'a'), quarantined(2, 'cut'), quarantined(3, 'b')]
    const run = newRun({ run: 'again', source: 'quarantine:', requested_at: 0 } as never, dataset.lanes)
    const fileOf = () => Promise.reject(new Error('no file is read'))
    const { raw, quarantine, counts } = await publishReplay({ dataset, topics, fileOf }, rows, run)
    expect(asked).toEqual([3])
    expect(raw.map(({ key, value }) => [key, value])).toEqual([
      ['k1', { id: 'a' }],
      ['k3', { id: 'b' }],
    ])
    expect(quarantine).toMatchObject([
      { key: 'k2', value: { dsf_row: 2, reasons: [{ message: 'its record is cut short' }] } },
    ])
    expect(counts).toMatchObject({ read: 3, quarantined: 1 })
  })
})

describe('a row of which only the beginning is kept', () => {
  it('is not replayed, because it would come back as another row', () => {
    const reasons = [{ field: null, code: 'too-large', message: 'too large for its topic' }]
    expect(whyNotReplayable({ ...quarantined(1, 'a'), reasons })).toMatch(/import its file again/)
  })
})
