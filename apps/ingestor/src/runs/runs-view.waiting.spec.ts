import { describe, expect, it } from 'vitest'
import { quakes, instances, refusal, begun } from '../../testing/instances.ts'

describe('who waits for a run', () => {
  it('hears of its end at once, and otherwise when the time is over', async () => {
    const { view, tell } = await instances(1)
    tell('runs', begun)
    const end = view.whenOver('r', 60_000)
    tell('runs', { ...begun, row: 13 })
    tell('runs', { ...begun, state: 'succeeded' })
    expect((await end)?.run.state).toBe('succeeded')
    tell('runs', { ...begun, run: 's' }, quakes, 's')
    expect((await view.whenOver('s', 5))?.run.state).toBe('publishing')
    expect(await view.whenOver('nobody', 60_000)).toBe(undefined)
  })

  it('is answered at once while a thousand others wait', async () => {
    const { view, tell } = await instances(1)
    tell('runs', begun)
    const waiting = Array.from({ length: 1000 }, () => view.whenOver('r', 60_000))
    expect((await view.whenOver('r', 60_000))?.run.state).toBe('publishing')
    tell('runs', { ...begun, state: 'succeeded' })
    expect((await Promise.all(waiting)).every((known) => known?.run.state === 'succeeded')).toBe(true)
    tell('runs', { ...begun, run: 's' }, quakes, 's')
    const again = view.whenOver('s', 60_000)
    tell('runs', { ...begun, run: 's', state: 'failed' }, quakes, 's')
    expect((await again)?.run.state).toBe('failed')
  })

  it('and has gone keeps no place of the thousand', async () => {
    const { view, tell } = await instances(1)
    tell('runs', begun)
    const leaving = new AbortController()
    const gone = Array.from({ length: 1000 }, () => view.whenOver('r', 60_000, leaving.signal))
    leaving.abort()
    expect((await Promise.all(gone)).map((known) => known?.run.state)).toEqual(Array(1000).fill('publishing'))
    expect((await view.whenOver('r', 60_000, leaving.signal))?.run.state).toBe('publishing')
    const waits = view.whenOver('r', 60_000)
    tell('runs', { ...begun, state: 'succeeded' })
    expect((await waits)?.run.state).toBe('succeeded')
  })

  it('is not kept waiting by a process that ends', async () => {
    const { view, tell } = await instances(1)
    tell('runs', begun)
    const end = view.whenOver('r', 60_000)
    view.onModuleDestroy()
    expect((await end)?.run.state).toBe('publishing')
  })
})

describe('who asks for the end of a run', () => {
  it('writes that to the topic of requests, and hears what became of it', async () => {
    const { view, sent, tell } = await instances(1)
    tell('runs', begun)
    const cancelling = view.cancel('r')
    await new Promise(setImmediate)
    expect(sent).toMatchObject([
      { to: 'requests', output: { key: 'r', value: { type: 'cancel', run: 'r' } } },
    ])
    tell('requests', sent[0]!.output.value as object)
    tell('runs', { ...begun, state: 'cancelled' })
    expect((await cancelling).run).toMatchObject({ state: 'cancelled', row: 12 })
  })

  it('is refused for a run that is over, and for one that nobody knows', async () => {
    const { view, tell } = await instances(1)
    tell('runs', { ...begun, state: 'failed' })
    expect(await refusal(view.cancel('r'))).toEqual([409, 'the run "r" is over: it has failed'])
    expect(await refusal(view.cancel('x'))).toEqual([404, 'no run has the id "x"'])
  })
})
