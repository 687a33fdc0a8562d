import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ask, begun, fileUrl, folder, found, instances, quakes, refusal } from '../../testing/instances.ts'
import { RunStates } from '../importing/run-state.ts'
import { newRun, type Run, type RunRequest } from '../importing/run.ts'
import { takeIn } from '../importing/take-in.ts'
import { RunsView } from './runs-view.ts'

describe('a request that comes again', () => {
  it('is the same run although its file is gone, which is looked for only when something begins', async () => {
    const { view, sent, tell } = await instances(1)
    const source = fileUrl('short-lived.csv')
    writeFileSync(join(folder, 'short-lived.csv'), 'id\n')
    const first = await ask(view, 'earthquakes', 'hour 7', source)
    rmSync(join(folder, 'short-lived.csv'))
    expect(await ask(view, 'earthquakes', 'hour 7', source)).toEqual(first)
    const failed = { ...newRun(sent[0]!.output.value as RunRequest, 4), state: 'failed' as const }
    tell('runs', failed)
    expect(await refusal(ask(view, 'earthquakes', 'hour 7', source))).toEqual([
      422,
      `file ${join(folder, 'short-lived.csv')} does not exist`,
    ])
  })

  it('at the same time with another source is refused, and one of them is sent, however long Kafka takes', async () => {
    const { view, sent, runtime } = await instances(1)
    const { send } = runtime
    runtime.send = (...record) => setTimeout(50).then(() => send(...record))
    const both = [fileUrl('a.csv'), fileUrl('b.csv')].map((source) =>
      refusal(ask(view, 'earthquakes', 'hour 7', source)),
    )
    const answers = await Promise.all(both)
    expect(answers.filter((answer) => answer === 'no error')).toHaveLength(1)
    expect(answers.find((answer) => answer !== 'no error')).toEqual([
      422,
      expect.stringMatching(/^the idempotency key was used for the source .*[ab]\.csv before$/),
    ])
    expect(sent).toHaveLength(1)
  })

  it('at the same time is sent although the first could not be', async () => {
    const { view, runtime, sent } = await instances(1)
    const { send } = runtime
    runtime.send = async () => {
      runtime.send = send
      await setTimeout(50)
      throw new Error('broker away')
    }
    const both = await Promise.allSettled([1, 2].map(() => ask(view, 'earthquakes', 'hour 7', undefined)))
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(sent).toHaveLength(1)
  })

  it('while the run is at work moves nothing but the time of asking, by which no date of a source is read', async () => {
    const { views, sent, tell } = await instances(2)
    const { runId } = await ask(views[0]!, 'earthquakes', 'hour 7', undefined)
    await setTimeout(2)
    await ask(views[1]!, 'earthquakes', 'hour 7', undefined)
    const [first, second] = sent.map(({ output }) => output.value as RunRequest)
    const states = new RunStates({ runs: 1000, days: 90 })
    for (const records of [[first!], [second!]]) {
      const batch = { dataset: quakes, from: 'requests', records } as Parameters<typeof takeIn>[0]
      for (const { value } of takeIn(batch, states).out!.runs!) tell('runs', value as Run)
      states.commit()
    }
    const { requested_at, asked_at } = states.get(runId)!
    expect([requested_at, asked_at]).toEqual([first!.requested_at, second!.requested_at])
    const times = views.map((view) => found(view, runId)?.times.requested)
    expect(times).toEqual(Array(2).fill(new Date(first!.requested_at).toISOString()))
  })
})

describe('who asks for the end of a run', () => {
  it('is told that it stands still, where its dataset is not there any more', async () => {
    const { view, tell, sent } = await instances(1)
    tell('runs', begun, { ...quakes, name: 'gone' })
    expect(await refusal(view.cancel('r'))).toEqual([
      409,
      'the run "r" stands still, because its dataset "gone" is not there any more, or cannot be used; cancel it when that is there again',
    ])
    expect(sent).toEqual([])
  })

  it('has to wait while the ingestor is starting, although it has heard of the run', async () => {
    const view = new RunsView({ allow: [], roots: [] })
    const opening = Promise.withResolvers<void>()
    const { runtime } = await instances(1)
    const opened = view.open({
      ...runtime,
      follow: (_, seen) => {
        seen(quakes, 'runs', { ...begun }, 'r')
        return opening.promise
      },
    })
    expect(found(view, 'r')?.state).toBe('publishing')
    for (const id of ['r', 'unknown'])
      expect(await refusal(view.cancel(id))).toEqual([503, 'the ingestor is still starting'])
    opening.resolve()
    await opened
  })
})
