import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

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
