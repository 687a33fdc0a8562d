import { describe, expect, it } from 'vitest'
import { newRun, type Run, type RunRequest } from './run.ts'
import { RunStates } from './run-state.ts'

const request: RunRequest = {
  run: 'r',
  type: 'import',
  source: 'file:///a.csv',
  replay: null,
  requested_at: 1000,
}
const at = (byte: number, run = 'r'): Run => ({ ...newRun({ ...request, run }, 2), byte })
const newStates = (runs = 1000, days = 90) => new RunStates({ runs, days })
const committed = (states: RunStates, ...runs: Run[]): RunStates => {
  for (const run of runs) states.set(run)
  states.commit()
  return states
}

describe('the runs of a dataset', () => {
  it('are known by the last record of each, and not any more after one without a value', () => {
    const states = newStates()
    states.restore('r', { ...at(1) })
    states.restore('s', { ...at(7, 's') })
    states.restore('r', { ...at(2) })
    states.restore('s', null)
    expect([states.get('r'), states.get('s'), states.get('t')]).toEqual([at(2), undefined, undefined])
  })

  it('forget what a failed transaction would have changed, and only that', () => {
    const states = committed(newStates(), at(1))
    states.set(at(2))
    expect(states.get('r')).toEqual(at(2))
    states.rollback()
    expect(states.get('r')).toEqual(at(1))
    expect(states.changes()).toEqual([])
  })

  it('are written once for each batch of a transaction that changed them', () => {
    const states = newStates()
    const written = () => states.changes().map(({ key, value }) => [key, (value as Run).byte])
    states.set(at(1))
    states.set(at(2))
    expect(written()).toEqual([['r', 2]])
    states.set(at(7, 's'))
    expect(written()).toEqual([['s', 7]])
    states.set(at(3))
    expect(written()).toEqual([['r', 3]])
    states.commit()
    expect([states.get('r')?.byte, states.get('s')?.byte, written()]).toEqual([3, 7, []])
  })

  it('are worked at in the order in which they were asked for', () => {
    const states = committed(
      newStates(),
      { ...at(0, 'later'), requested_at: 3 },
      { ...at(0, 'sooner'), requested_at: 2 },
      { ...at(0, 'over'), requested_at: 1, state: 'processing' },
    )
    expect(states.next()?.run).toBe('sooner')
  })
})

describe('rows that a replay took', () => {
  const replay = { selection: {}, until: [3] }
  it.each<[Run['state'], number]>([
    ['queued', 0],
    ['fetching', 0],
    ['publishing', 0],
    ['processing', 1],
    ['succeeded', 1],
    ['failed', 0],
    ['cancelled', 0],
  ])('count as taken, or are open: %s', (state, taken) => {
    const states = committed(newStates(), { ...at(0), type: 'replay', replay, state })
    expect(states.replays()).toEqual(Array(taken).fill(replay))
  })
})

describe('runs beyond those that are kept', () => {
  const over = (run: string, requested_at: number): Run => ({
    ...at(0, run),
    ...{ requested_at, state: 'succeeded' },
  })
  const gone = (states: RunStates, now = 10) => {
    states.prune(now)
    return states.changes().map(({ key, value }) => [key, value])
  }

  it('end with a record without a value, the oldest first, and are not known any more', () => {
    const states = committed(newStates(2), over('a', 1), over('b', 2), over('c', 3))
    expect(gone(states)).toEqual([['a', null]])
    expect(states.get('a')).toBeUndefined()
    states.rollback()
    expect(states.get('a')).toBeDefined()
  })

  it('are those of too long ago, too', () => {
    const day = 24 * 3600 * 1000
    const states = committed(newStates(1000, 2), over('a', 0), over('b', day))
    expect(gone(states, 2.5 * day)).toEqual([['a', null]])
  })

  it('stay as long as they are not over', () => {
    expect(gone(committed(newStates(1), at(0, 'open'), over('b', 2000)))).toEqual([])
  })
})
