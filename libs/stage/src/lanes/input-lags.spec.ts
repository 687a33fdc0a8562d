import { namesOf, topicName } from '@dsf/dataset'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { InputLags } from './input-lags.ts'

type Kit = ConstructorParameters<typeof InputLags>[0]

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const place = { topic: topicName('quakes', 'raw'), partition: 2 }

/** Lags as metrics would show them, of a lane that stands at an offset. */
function lagsOf({ at, isGone = false }: { at: number | undefined; isGone?: boolean }) {
  const lags: Record<string, () => number> = {}
  const kit = {
    names: namesOf(),
    metrics: { lag: (name: string, lag: () => number) => void (lags[name] = lag) },
    admin: {
      fetchTopicOffsets: async () => [
        { partition: 1, low: '0', high: '1' },
        { partition: 2, low: '10', high: '50' },
      ],
    },
  }
  const held = { places: () => [place] }
  const laneOf = () => (isGone ? undefined : { restartOffset: () => at })
  const opened = new InputLags(kit as unknown as Kit, held, laneOf)
  const shown = () => Object.entries(lags).map(([name, lag]) => [name, lag()])
  return { opened, shown }
}

it('an input that is held is looked at now and then', async () => {
  const { opened, shown } = lagsOf({ at: 30 })
  expect(shown()).toEqual([])
  await vi.advanceTimersByTimeAsync(15_000)
  expect(shown()).toEqual([['quakes.raw/2', 20]])
  opened.stop()
})

it('a lane that has not committed yet is behind by all that there is', async () => {
  const { opened, shown } = lagsOf({ at: undefined })
  await vi.advanceTimersByTimeAsync(15_000)
  expect(shown()).toEqual([['quakes.raw/2', 40]])
  opened.stop()
})

it('an input of a dataset that went is behind by nothing that anybody would see', async () => {
  const { opened, shown } = lagsOf({ at: 30, isGone: true })
  await vi.advanceTimersByTimeAsync(15_000)
  opened.tell(place, { end: 50, beginning: 10 })
  expect(shown()).toEqual([])
  opened.stop()
})
