import { pipelineTemplate } from '@dsf/dataset'
import { describe, expect, it } from 'vitest'
import { runDocuments, type EndedRun } from './pipeline-documents.ts'

const counters = {
  ...{ read: 20, clean: 14, duplicate: 2, quarantined: 4, 'quarantined:type': 4, simulated: 2, enriched: 16 },
  ...{ processed: 14, stored: 16, created: 12, replaced: 4, repeated: 2 },
}
const ended: EndedRun = {
  ...{ run: 'r', state: 'succeeded', reason: null, requested_at: 1000, ended_at: 2600, row: 20, counters },
  durations: { ingestor: 100, cleaner: 200 },
}
const documents = runDocuments('quakes', ended)
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

  it('count nothing when its file did not change, and name the run that brought the rows', () => {
    const unchanged = { since: 'q', by: 'etag' }
    const same = { ...ended, row: 0, counters: {}, durations: {}, unchanged }
    const what = { kind: 'run', '@timestamp': 2600, dataset: 'quakes', run: 'r', state: 'succeeded' }
    expect(runDocuments('quakes', same)).toEqual([
      { id: 'r', document: { ...what, unchanged_since: 'q', duration_ms: 1600 } },
    ])
  })

  it('say that a run was a replay, and nothing of the kind of an import', () => {
    const of = (type: string) => runDocuments('quakes', { ...ended, type })[0]!.document
    expect(of('replay')).toEqual({ ...of('import'), replay: true })
    expect(pipelineTemplate.template.mappings.properties).toHaveProperty('replay', { type: 'boolean' })
  })

  it('say how the header changed, and what was let pass', () => {
    const drift = {
      ...{ since: 'q', added: ['rain'], gone: ['wind', 'sun'], renamed: [{ from: 'a', to: 'b' }] },
      ...{ reordered: true, done: 'taken' },
    }
    const found = { ...ended, drift, tolerated: { comments: 3, shortRows: 2 } }
    const [{ document } = expect.fail()] = runDocuments('quakes', found)
    expect(document).toMatchObject({
      findings:
        'header taken: added rain, gone wind, sun, a is now b, another order; comments 3; shortRows 2',
    })
    const long = { ...drift, added: ['x'.repeat(1000)] }
    expect(runDocuments('quakes', { ...ended, drift: long })[0]!.document['findings']).toHaveLength(301)
    const known = Object.keys(pipelineTemplate.template.mappings.properties)
    expect(known).toEqual(expect.arrayContaining(Object.keys(document)))
  })

  it('have the time of each stage in its slowest lane', () => {
    const took = Object.fromEntries(ofKind('stage').map(({ stage, duration_ms }) => [stage, duration_ms]))
    expect(took).toEqual({ ingestor: 100, cleaner: 200 })
  })

  it('have the refused rows by their reason', () => {
    expect(ofKind('reject')).toMatchObject([{ code: 'type', rows: 4 }])
  })

  it('replace themselves when the run is told of again, and none replaces another', () => {
    expect(runDocuments('quakes', ended)).toEqual(documents)
    expect(new Set(documents.map(({ id }) => id)).size).toBe(documents.length)
  })

  it('are none before it is over', () => {
    expect(runDocuments('quakes', { ...ended, state: 'processing', ended_at: null })).toEqual([])
  })

  it('are there for an import that failed, which sends no receipts, and for one that was cancelled', () => {
    const failed = {
      ...ended,
      state: 'failed',
      reason: 'no such column',
      row: 0,
      counters: {},
      durations: {},
    }
    expect(runDocuments('quakes', failed)).toMatchObject([
      { id: 'r', document: { '@timestamp': 2600, state: 'failed', reason: 'no such column', read: 0 } },
    ])
    const cancelled = { ...failed, state: 'cancelled', reason: null, row: 7 }
    expect(runDocuments('quakes', cancelled)).toMatchObject([{ document: { state: 'cancelled', read: 7 } }])
  })

  it('have only fields that the strict mapping knows', () => {
    const known = Object.keys(pipelineTemplate.template.mappings.properties)
    for (const { document } of documents) expect(known).toEqual(expect.arrayContaining(Object.keys(document)))
  })
})
