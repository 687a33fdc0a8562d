import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { HeldInputs, inputName } from './held-inputs.ts'
import type { InputPlace } from '../batches/stage-kit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open() {
  const orders: string[] = []
  const held = new HeldInputs({
    pause: (place: InputPlace) => void orders.push(`pause ${inputName(place)}`),
    resume: (place: InputPlace) => void orders.push(`resume ${inputName(place)}`),
  })
  return { held, orders }
}
const [a, b] = [
  { topic: 'a.raw', partition: 0 },
  { topic: 'b.raw', partition: 1 },
]

it('an input is fetched again when its time is over, after what has to come before', async () => {
  const { held, orders } = open()
  held.holdFor(a, 1000, () => void orders.push('seek'))
  expect([held.has(a), held.waits(a), held.has(b), held.places()]).toEqual([true, true, false, [a]])
  await vi.advanceTimersByTimeAsync(999)
  expect(orders).toEqual(['pause a.raw/0'])
  await vi.advanceTimersByTimeAsync(1)
  expect([orders, held.has(a)]).toEqual([['pause a.raw/0', 'seek', 'resume a.raw/0'], false])
})

it('an input that is at work when its time comes to wait is held on, and only once let go', async () => {
  const { held, orders } = open()
  held.hold(a)
  expect(held.waits(a)).toBe(false)
  held.holdFor(a, 1000, () => undefined)
  held.hold(a)
  await vi.advanceTimersByTimeAsync(5000)
  held.letGo(a)
  expect(orders.filter((order) => order.startsWith('resume')).length).toBe(2)
  expect(held.has(a)).toBe(false)
})

it('inputs that went to another member are let go, and their time does not come', async () => {
  const { held, orders } = open()
  held.holdFor(a, 1000, () => void orders.push('seek a'))
  held.holdFor(b, 1000, () => void orders.push('seek b'))
  held.letGoUnless(({ topic }) => topic === 'b.raw')
  await vi.advanceTimersByTimeAsync(1000)
  expect(orders).toEqual(['pause a.raw/0', 'pause b.raw/1', 'resume a.raw/0', 'seek b', 'resume b.raw/1'])
})
