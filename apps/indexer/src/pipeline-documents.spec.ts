import { pipelineTemplate } from '@dsf/dataset'
import type { Receipt } from '@dsf/stage'
import { describe, expect, it } from 'vitest'
import { failedImport, runDocuments } from './pipeline-documents.ts'
import { summarize } from './receipts.ts'

const counters = { read: 10, clean: 7, duplicate: 1, quarantined: 2, 'quarantined:type': 2 }
const lake = { ...counters, simulated: 1, enriched: 8, stored: 8, created: 6, replaced: 2, repeated: 1 }
const times = { requested: 1000, ingestor: 1100, cleaner: 1300, generator: 1400 }
const receipt = (lane: number, route: string, more: Record<string, number>): Receipt => ({
  ...{ run: 'r', dataset: 'quakes', lane, lanes: 2, route },
  counters: route === 'lake' ? lake : { ...counters, processed: 7 },
  times: { ...times, ...more },
})
const receipts = [
  receipt(0, 'lake', { 'sink-minio': 2000, indexer: 2100 }),
  receipt(1, 'lake', { cleaner: 1200, 'sink-minio': 1900, indexer: 2500 }),
  receipt(0, 'processed', { 'sink-minio': 1800, indexer: 1900 }),
  receipt(1, 'processed', { 'sink-minio': 1800, indexer: 2600 }),
]
const documents = runDocuments(receipts, summarize(receipts))
const ofKind = (kind: string) =>
  documents.filter(({ document }) => document.kind === kind).map(({ document }) => document)

describe('the documents of a run', () => {
  it('have the sums of all lanes and the time from the request to the last receipt', () => {
    expect(ofKind('run')).toEqual([
      {
        ...{ kind: 'run', '@timestamp': 2600, dataset: 'quakes', run: 'r', state: 'succeeded' },
        ...{ read: 20, clean: 14, duplicate: 2, quarantined: 4, simulated: 2, enriched: 16 },
        ...{
          processed: 14,
          stored: 16,
          created: 12,
          replaced: 4,
          superseded: 0,
          repeated: 2,
          refused: 0,
          duration_ms: 1600,
        },
      },
    ])
  })

  it('have the time of each stage in its slowest lane', () => {
    const took = Object.fromEntries(ofKind('stage').map(({ stage, duration_ms }) => [stage, duration_ms]))
    expect(took).toEqual({ ingestor: 100, cleaner: 200, generator: 200, 'sink-minio': 600, indexer: 600 })
  })

  it('have the refused rows by their reason', () => {
    expect(ofKind('reject')).toMatchObject([{ code: 'type', rows: 4 }])
  })

  it('replace themselves when a receipt comes again, and none replaces another', () => {
    const again = runDocuments(receipts, summarize(receipts))
    expect(again).toEqual(documents)
    expect(new Set(documents.map(({ id }) => id)).size).toBe(documents.length)
  })

  it('do without the times of receipts that were written before there were any', () => {
    const old = receipts.map((one, i) => (i > 0 ? { ...one, times: {} } : one))
    expect(runDocuments(old, summarize(old))[0]!.document).toMatchObject({ duration_ms: 1100 })
  })

  it('are there for an import that failed, which sends no receipts', () => {
    const ended = {
      run: 'f',
      state: 'failed',
      reason: 'no such column',
      requested_at: 5,
      ended_at: 25,
      row: 0,
    }
    expect(failedImport('quakes', ended)).toMatchObject({
      id: 'f',
      document: { '@timestamp': 25, state: 'failed', reason: 'no such column', read: 0, duration_ms: 20 },
    })
  })

  it('have only fields that the strict mapping knows', () => {
    const known = Object.keys(pipelineTemplate.template.mappings.properties)
    for (const { document } of documents) expect(known).toEqual(expect.arrayContaining(Object.keys(document)))
  })
})
