import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { instances, quakes, refusal, sourceless } from '../../testing/instances.ts'
import { topicOf } from '../../testing/quarantine-topic.ts'
import type { Dataset } from '@dsf/dataset'
import type { Place, Runtime } from '@dsf/stage'
import { newRun, type RunRequest } from '../importing/run.ts'
import { QuarantineView } from './quarantine-view.ts'

/** Two refused rows of each dataset; of the one that is stuck a transaction is undecided from the first on. */
async function quarantine(stuck?: Dataset, bounds?: ConstructorParameters<typeof QuarantineView>[1]) {
  const { view: runs, runtime: bare, sent, tell } = await instances(1)
  const fetches: string[] = []
  const topic = topicOf([[1, 2].map((row) => ({ code: 'type', at: row, row, bytes: 10 }))], 1)
  const runtime = Object.assign(bare, {
    ends: vi.fn(async () => [4]),
    ranges: topic.ranges,
    fetch: async ({ name }: Dataset, _: unknown, place: Place) => {
      fetches.push(name)
      await new Promise(setImmediate)
      if (name !== stuck?.name) return topic.fetch(place)
      return { records: [], from: place.offset, next: place.offset, stable: 0 }
    },
  }) as unknown as Runtime & { ends: ReturnType<typeof vi.fn> }
  const view = new QuarantineView(runs, bounds)
  view.open(runtime)
  const replay = (
    { name }: Dataset,
    {
      key,
      gone,
      dryRun = true,
      code,
    }: { key?: string; gone?: AbortSignal; dryRun?: boolean; code?: string } = {},
  ) => view.replay(name, key, code ? { code } : {}, { dryRun, force: false, ...(gone ? { gone } : {}) })
  return { view, runtime, replay, fetches, sent, tell }
}
const bounds = (seconds: number) => ({
  questions: { places: 2, seconds },
  selections: { places: 2, seconds },
})

describe('what a replay selects', () => {
  it('is read for one of a dataset at a time, because each remembers what it has seen', async () => {
    const { replay, runtime } = await quarantine()
    let [reading, most] = [0, 0]
    const { fetch } = runtime
    runtime.fetch = async (...asked) => {
      most = Math.max(most, ++reading)
      return fetch(...asked).finally(() => reading--)
    }
    const answers = await Promise.all([replay(quakes), replay(quakes), replay(quakes)])
    expect([most, answers.map(({ selected }) => selected)]).toEqual([1, [2, 2, 2]])
  })

  it('does not wait for the quarantine of another dataset, whose transaction is open', async () => {
    const { replay } = await quarantine(sourceless, bounds(0.3))
    const stuck = refusal(replay(sourceless))
    expect((await replay(quakes)).selected).toBe(2)
    expect(await stuck).toEqual([
      503,
      'the quarantine of "sourceless" could not be read within 0.3 s, because of others who ask, or its size; ask again',
    ])
  })

  it('is not read for one who has gone', async () => {
    const { replay, fetches } = await quarantine(quakes)
    const leaving = new AbortController()
    const stuck = refusal(replay(quakes, { gone: leaving.signal }))
    const behind = refusal(replay(quakes, { gone: leaving.signal }))
    await vi.waitFor(() => expect(fetches.length).toBeGreaterThan(0))
    leaving.abort()
    expect(await Promise.all([stuck, behind])).toEqual(Array(2).fill([503, 'whoever asked has gone']))
    const before = fetches.length
    await sleep(120)
    expect(fetches.length - before).toBeLessThanOrEqual(1)
  })
})

describe('a replay that is asked for again with its key', () => {
  const asked = { key: 'monday', dryRun: false }

  it('is the run that it was, and nothing is selected for it, whatever is open by then', async () => {
    const { replay, fetches, sent, tell } = await quarantine()
    const first = await replay(quakes, asked)
    expect(first).toMatchObject({ selected: 2, run: { type: 'replay', state: 'queued' } })
    tell('runs', { ...newRun(sent[0]!.output.value as RunRequest, 4), state: 'succeeded', row: 2 })
    const { length } = fetches
    expect(await replay(quakes, asked)).toMatchObject({
      run: { runId: first.run!.runId, state: 'succeeded', rows: 2 },
    })
    expect([fetches.length, sent.length]).toEqual([length, 1])
  })

  it('is refused where the key was used for something else, before anything is read', async () => {
    const { replay, fetches } = await quarantine()
    await replay(quakes, asked)
    const { length } = fetches
    expect(await refusal(replay(quakes, { ...asked, code: 'type' }))).toEqual([
      422,
      'the idempotency key was used for a replay before',
    ])
    expect(fetches.length).toBe(length)
  })

  it('and only tried, is selected', async () => {
    const { replay } = await quarantine()
    await replay(quakes, asked)
    expect(await replay(quakes, { ...asked, dryRun: true })).toMatchObject({ selected: 2 })
  })
})
