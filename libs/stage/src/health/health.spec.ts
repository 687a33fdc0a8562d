import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Health } from './health.ts'

describe('liveness', () => {
  const at = (second: number, ...heard: number[]) => {
    let now = 0
    const health = new Health(() => now * 1000)
    for (now of heard) health.heard()
    now = second
    return health.live()
  }

  it('is the progress of the loop: wedged is who showed no sign of life for 90 seconds', () => {
    expect(at(89)).toEqual({ ok: true, body: { status: 'ok', silentSeconds: 89 } })
    expect(at(90)).toEqual({ ok: false, body: { status: 'wedged', silentSeconds: 90 } })
  })

  it('comes back with each sign', () => {
    expect(at(150, 10, 70)).toEqual({ ok: true, body: { status: 'ok', silentSeconds: 80 } })
    expect(at(200, 10, 70)).toEqual({ ok: false, body: { status: 'wedged', silentSeconds: 130 } })
  })
})

describe('a lane that works beside the loop', () => {
  it('is stuck after ten minutes without a sign of its own, however busy the loop is', () => {
    let now = 0
    const health = new Health(() => now * 1000)
    health.works('quakes.requests/0')
    for (now of [300, 599, 600]) health.heard()
    expect(health.live()).toEqual({
      ok: false,
      body: { status: 'wedged', silentSeconds: 0, stuck: 'quakes.requests/0' },
    })
    health.heardOf('quakes.requests/0')
    expect(health.live().ok).toBe(true)
    now = 1199
    health.rests('quakes.requests/0')
    health.heardOf('quakes.requests/0')
    now = 1200
    expect(health.live().ok).toBe(true)
  })
})

describe('readiness', () => {
  it('is no less for a dataset that is left out, and tells why it is', () => {
    const health = new Health()
    health.leaveOut([
      { name: 'quakes', problems: ['/x-dsf/lanes: expected at most 64, found 65'] },
      { name: 'quakes', problems: ['twice'] },
    ])
    const refusedDatasets = { quakes: ['/x-dsf/lanes: expected at most 64, found 65', 'twice'] }
    expect(health.ready()).toEqual({
      ok: true,
      body: { status: 'ok', dependencies: {}, waiting: {}, parked: [], refusedDatasets },
    })
  })

  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('needs every dependency to have been looked at and found well', async () => {
    const health = new Health()
    health.require('store', () => Promise.resolve())
    health.require('index', () => Promise.reject(new Error('index answered 503')))
    expect(health.ready()).toMatchObject({
      ok: false,
      body: {
        status: 'waiting',
        dependencies: { store: 'not looked at yet', index: 'not looked at yet' },
        waiting: {},
        parked: [],
      },
    })
    health.start()
    await vi.advanceTimersByTimeAsync(0)
    expect(health.ready()).toMatchObject({
      ok: false,
      body: {
        status: 'waiting',
        dependencies: { store: 'ok', index: 'index answered 503' },
        waiting: {},
        parked: [],
      },
    })
    health.stop()
  })

  it('looks again, and so sees a dependency come and go', async () => {
    const answers = ['away', undefined, 'away again']
    const health = new Health()
    health.require('store', async () => {
      const reason = answers.shift()
      if (reason) throw new Error(reason)
    })
    health.start(1000)
    const seen: boolean[] = []
    for (let look = 0; look < 3; look++) {
      await vi.advanceTimersByTimeAsync(look === 0 ? 0 : 1000)
      seen.push(health.ready().ok)
    }
    expect(seen).toEqual([false, true, false])
    health.stop()
  })

  it('takes a dependency that does not answer for one that is away', async () => {
    const health = new Health()
    health.require('store', () => new Promise(() => undefined))
    health.start()
    await vi.advanceTimersByTimeAsync(2500)
    expect(health.ready().body).toMatchObject({
      status: 'waiting',
      dependencies: { store: 'no answer within 2500 ms' },
      waiting: {},
      parked: [],
    })
    health.stop()
  })

  it('tells which lane waits for what and since when, until it goes on', () => {
    vi.setSystemTime('2026-11-26T01:00:00Z')
    const health = new Health()
    health.wait('quakes/2', 'broker away')
    vi.setSystemTime('2026-11-26T01:05:00Z')
    health.wait('quakes/2', 'broker still away')
    const since = { 'quakes/2': '2026-11-26T01:00:00.000Z' }
    const waiting = { 'quakes/2': 'broker still away' }
    expect(health.ready()).toEqual({
      ok: false,
      body: { status: 'waiting', dependencies: {}, waiting, parked: [], since },
    })
    health.goOn('quakes/2')
    expect(health.ready()).toEqual({
      ok: true,
      body: { status: 'ok', dependencies: {}, waiting: {}, parked: [] },
    })
  })

  it('tells since when a dependency is away: not since it was last looked at', async () => {
    vi.setSystemTime('2026-11-26T01:00:00Z')
    const health = new Health()
    let answers = true
    health.require('store', async () => {
      if (!answers) throw new Error('away')
    })
    health.start(1000)
    await vi.advanceTimersByTimeAsync(0)
    expect(health.ready().body).not.toHaveProperty('since')
    answers = false
    await vi.advanceTimersByTimeAsync(3000)
    expect(health.ready().body).toMatchObject({ since: { store: '2026-11-26T01:00:01.000Z' } })
    health.stop()
  })

  it('is not lost when a dataset is parked, which is told with since when and why', () => {
    vi.setSystemTime('2026-11-26T01:00:00Z')
    const health = new Health()
    health.park('quakes.raw/2', 'quakes', 'no such column')
    vi.setSystemTime('2026-11-26T01:05:00Z')
    health.park('quakes.raw/2', 'quakes', 'still no such column')
    const parked = [
      {
        ...{ dataset: 'quakes', what: 'quakes.raw/2', since: '2026-11-26T01:00:00.000Z' },
        reason: 'still no such column',
      },
    ]
    expect(health.ready()).toEqual({
      ok: true,
      body: { status: 'ok', dependencies: {}, waiting: {}, parked },
    })
    health.goOn('quakes.raw/2')
    expect(health.ready().body).toMatchObject({ parked: [] })
  })

  it('ends with the stop, and so does looking', async () => {
    const check = vi.fn(() => Promise.resolve())
    const health = new Health()
    health.require('store', check)
    health.start(1000)
    await vi.advanceTimersByTimeAsync(0)
    health.stop()
    await vi.advanceTimersByTimeAsync(10_000)
    expect([health.ready().ok, health.ready().body, check.mock.calls.length]).toEqual([
      false,
      { status: 'stopping', dependencies: { store: 'ok' }, waiting: {}, parked: [] },
      1,
    ])
  })
})
