import { describe, expect, it } from 'vitest'
import { newRun, RunStates, type RunProgress } from './run-state.ts'

const request = { run: 'r', source: 'file:///a.csv', requested_at: 1000 }
const at = (byte: number, run = 'r'): RunProgress => ({ ...newRun({ ...request, run }, 2), byte })

describe('newRun', () => {
  it('stands before the first byte, with nothing counted in any lane', () => {
    expect(newRun(request, 3)).toEqual({
      run: 'r',
      source: 'file:///a.csv',
      requested_at: 1000,
      state: 'running',
      reason: null,
      ended_at: null,
      landing: null,
      landing_bytes: 0,
      landing_sha256: null,
      byte: 0,
      row: 0,
      read: [0, 0, 0],
      quarantined: [0, 0, 0],
    })
  })

  it('counts read and quarantined rows apart', () => {
    const { read, quarantined } = newRun(request, 2)
    expect(read).not.toBe(quarantined)
  })
})

describe('RunStates', () => {
  it('knows the last record of each run', () => {
    const states = new RunStates()
    states.restore('r', { ...at(1) })
    states.restore('s', { ...at(7, 's') })
    states.restore('r', { ...at(2) })
    expect([states.get('r'), states.get('s'), states.get('t')]).toEqual([at(2), at(7, 's'), undefined])
  })

  it('forgets what a failed transaction would have changed, and only that', () => {
    const states = new RunStates()
    states.set(at(1))
    states.commit()
    states.set(at(2))
    expect(states.get('r')).toEqual(at(2))
    states.rollback()
    expect(states.get('r')).toEqual(at(1))
    states.commit()
    expect(states.get('r')).toEqual(at(1))
  })
})
