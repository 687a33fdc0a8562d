import { describe, expect, it } from 'vitest'
import { asRun, begins, cancel, isOver, newRun, type Run, type RunRequest } from './run.ts'

const request: RunRequest = { run: 'r', type: 'import', source: 's', replay: null, requested_at: 1000 }
const lanes = 2
const fresh = newRun(request, lanes)

describe('somebody who asks for the end of a run', () => {
  it.each(['queued', 'processing'] as const)('ends one that is %s at once', (state) => {
    expect(cancel({ ...fresh, state }, 7)).toMatchObject({ state: 'cancelled', cancel_at: 7, ended_at: 7 })
  })

  it.each(['fetching', 'publishing'] as const)(
    'leaves the end of one that is %s to who works at it',
    (state) => {
      expect(cancel({ ...fresh, state }, 7)).toEqual({ ...fresh, state, cancel_at: 7 })
    },
  )

  it.each(['succeeded', 'failed', 'cancelled'] as const)('changes nothing of one that has %s', (state) => {
    const run: Run = { ...fresh, state }
    expect([isOver(run), cancel(run, 7)]).toEqual([true, run])
  })
})

describe('a request', () => {
  it('begins a run that nobody knows, or that failed before its first row and was asked for again since', () => {
    const later = { ...request, requested_at: 2000 }
    const failed: Run = { ...fresh, state: 'failed' }
    expect([begins(undefined, request), begins(failed, later)]).toEqual([true, true])
    const known: [Run, RunRequest][] = [
      [failed, request],
      [{ ...failed, row: 1 }, later],
      [{ ...fresh, state: 'cancelled' }, later],
      [fresh, later],
    ]
    expect(known.map(([run, again]) => begins(run, again))).toEqual([false, false, false, false])
  })
})

describe('a record of an earlier version', () => {
  it('of a replay has what it selects in its source', () => {
    const old = { ...fresh, source: 'quarantine:?stage=cleaner&until=3.4' }
    expect(asRun({ ...old })).toMatchObject({
      ...{ type: 'replay', source: null, replay: { selection: { stage: 'cleaner' }, until: [3, 4] } },
    })
  })

  it('that asks for a replay begins one', () => {
    const asked = newRun({ ...request, source: 'quarantine:?stage=cleaner&until=3.4' }, lanes)
    expect(asked).toMatchObject({ type: 'replay', source: null, replay: { until: [3, 4] }, state: 'queued' })
  })

  it('that was running goes on', () => {
    const states = [null, 'landing/r.csv'].map(
      (landing) => asRun({ ...fresh, state: 'running', landing }).state,
    )
    expect(states).toEqual(['queued', 'publishing'])
  })
})
