import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { inShare, lookAt } from './heap.ts'

/** A process with 20 MiB that it needs and more and more that it does not, and with turns, as a stage has them. */
const wasteful = `
  import { readFileSync } from 'node:fs'
  import { setImmediate as turn } from 'node:timers/promises'
  import { keepHeapSmall } from ${JSON.stringify(new URL('heap.ts', import.meta.url).href)}
  keepHeapSmall()
  let kept = []
  for (let round = 0; round < 60; round++) {
    kept = Array.from({ length: 200_000 }, (_, i) => ({ i, text: 'row ' + i, bytes: i % 1000 ? undefined : Buffer.alloc(65_536) }))
    await turn()
  }
  console.log(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])`

async function mostMiB(): Promise<number> {
  const args = ['--input-type=module', '--max-semi-space-size=16', '--eval', wasteful]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return Number(stdout) / 1024
}

it('what nobody needs any more does not pile up', async () => {
  // V8 left alone has 330 of it
  expect(await mostMiB()).toBeLessThan(300)
}, 60_000)

describe('a look at what grows', () => {
  /** How often it was collected at each of these sizes, when that leaves `left`. */
  const collected = (sizes: number[], left: number, from = 0) => {
    let bytes = 0
    let times = 0
    const collect = () => {
      bytes = left
      times++
    }
    const look = lookAt({ now: () => bytes, from, step: 10, collect })
    return sizes.map((size) => {
      bytes = size
      look()
      return times
    })
  }

  it('collects what has come since the last time, and nothing before there is as much', () => {
    expect(collected([5, 14, 15, 14, 15], 5)).toEqual([0, 0, 1, 1, 2])
  })

  it('counts from the least that there was', () => {
    expect(collected([50, 3, 12, 13], 50)).toEqual([0, 0, 0, 1])
  })

  it('leaves less alone than is worth it', () => {
    expect(collected([5, 39, 40, 39], 5, 40)).toEqual([0, 0, 1, 1])
  })

  it('waits for an eighth more where much is needed', () => {
    expect(collected([800, 899, 900, 1012, 1013], 900)).toEqual([0, 0, 1, 1, 2])
  })
})

describe('work in a share of the time', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('is left out until it has rested twice as long as it took', () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const begun: number[] = []
    const work = inShare(() => {
      begun.push(now)
      now += 100
    })
    for (; now < 1000; now += 25) work()
    expect(begun).toEqual([0, 300, 600, 900])
  })
})
