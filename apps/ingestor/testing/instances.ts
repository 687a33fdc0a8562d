/** Instances of the ingestor that read the same topics, without Kafka. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { loadDataset, type Dataset, type TopicKind } from '@dsf/dataset'
import { RequestError, type Output, type Runtime } from '@dsf/stage'
import { afterAll, expect } from 'vitest'
import { newRun, type Run, type RunRequest } from '../src/importing/run.ts'
import { toAnswer, type RunAnswer } from '../src/runs/run-answer.ts'
import { RunsView } from '../src/runs/runs-view.ts'

export const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
export const fileUrl = (name: string) => pathToFileURL(join(folder, name)).href
for (const name of ['a.csv', 'b.csv']) writeFileSync(join(folder, name), 'id\n')

const loaded = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))
export const quakes: Dataset = { ...loaded, source: { ...loaded.source, url: fileUrl('a.csv') } }
export const sourceless: Dataset = {
  ...loaded,
  name: 'sourceless',
  source: { ...loaded.source, url: undefined },
}

/** Instances of the ingestor that read the same topics; `sent` is what they wrote there. */
export async function instances(count: number) {
  const sent: { dataset: string; to: TopicKind; output: Output }[] = []
  const followers: Parameters<Runtime['follow']>[1][] = []
  const tell = (kind: TopicKind, record: object | null, dataset = quakes, key = 'r') => {
    for (const seen of followers) seen(dataset, kind, record as Record<string, unknown> | null, key)
  }
  const runtime: Pick<Runtime, 'datasets' | 'send' | 'follow'> = {
    datasets: Object.assign(new Map([quakes, sourceless].map((dataset) => [dataset.name, dataset])), {
      refused: [{ name: 'broken', folder: '/srv/broken', problems: ['/x-dsf/lanes: expected at most 64'] }],
    }),
    send: async (dataset, to, output) => void sent.push({ dataset: dataset.name, to, output }),
    follow: async (kinds, seen) => {
      expect(kinds).toEqual(['requests', 'runs'])
      followers.push(seen)
    },
  }
  const views = Array.from({ length: count }, () => new RunsView({ allow: [], roots: [folder] }))
  for (const view of views) await view.open(runtime)
  return { views, view: views[0]!, sent, tell, runtime }
}
/** What a caller is answered. */
export const ask = async (view: RunsView, ...wanted: Parameters<RunsView['import']>): Promise<RunAnswer> =>
  toAnswer(await view.import(...wanted))
export const found = (view: RunsView, run: string): RunAnswer | undefined => {
  const known = view.find(run)
  return known && toAnswer(known)
}
export const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) =>
      error instanceof RequestError ? [error.status, error.message, ...(error.errors ?? [])] : error,
  )

export const request: RunRequest = { run: 'r', type: 'import', source: 's', replay: null, requested_at: 1 }
export const begun: Run = { ...newRun(request, 4), state: 'publishing', row: 12 }
