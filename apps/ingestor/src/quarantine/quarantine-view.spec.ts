import { join } from 'node:path'
import { loadDataset } from '@dsf/dataset'
import type { Runtime } from '@dsf/stage'
import { expect, it } from 'vitest'
import { QuarantineView } from './quarantine-view.ts'
import { RunsView } from '../runs/runs-view.ts'

const quakes = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))

it('what replays select is read for one of them at a time, because each remembers what it has seen', async () => {
  let reading = 0
  let most = 0
  const runtime = {
    datasets: Object.assign(new Map([['earthquakes', quakes]]), { refused: [] }),
    follow: async () => undefined,
    ends: async () => [3],
    ranges: async () => [{ first: 0, end: 3 }],
    fetch: async (_: unknown, __: unknown, { offset }: { offset: number }) => {
      most = Math.max(most, ++reading)
      await new Promise(setImmediate)
      reading--
      return { records: [], from: offset, next: offset + 1, stable: 3 }
    },
  } as unknown as Runtime
  const runs = new RunsView({ allow: [], roots: [] })
  await runs.open(runtime)
  const view = new QuarantineView(runs)
  view.open(runtime)
  const dry = () => view.replay('earthquakes', undefined, {}, { dryRun: true, force: false })
  const answers = await Promise.all([dry(), dry(), dry()])
  expect([most, answers.map(({ selected }) => selected)]).toEqual([1, [0, 0, 0]])
})
