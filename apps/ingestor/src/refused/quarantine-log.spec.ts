import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { topicOf } from '../../testing/quarantine-topic.ts'
import { SourceError } from '../source-error.ts'
import { rowsUntil, type Reading } from './quarantine-log.ts'

/** A topic of which a transaction is undecided from the third row on. */
const undecided = () => {
  const rows = Array.from({ length: 6 }, (_, i) => ({ code: 'type', at: i, bytes: 10 }))
  return Object.assign(topicOf([rows], 1), { stable: 4 })
}
async function read(log: ReturnType<typeof topicOf>, reading: Reading) {
  let count = 0
  for await (const rows of rowsUntil(log, [12], reading)) count += rows.length
  return count
}

describe('rows up to an end before which a transaction is open', () => {
  it('are waited for until it is decided', async () => {
    const log = undecided()
    const reading = read(log, { signal: new AbortController().signal })
    await new Promise(setImmediate)
    log.stable = Infinity
    expect(await reading).toBe(6)
  })

  it('are waited for no longer than the patience of who asks, who hears where it is', async () => {
    const reading = read(undecided(), { signal: new AbortController().signal, patienceMs: 100 })
    await expect(reading).rejects.toThrow(SourceError)
    await expect(read(undecided(), { signal: AbortSignal.timeout(5000), patienceMs: 0 })).rejects.toThrow(
      /^the quarantine cannot be read past offset 4 of lane 0: a transaction there has been open for 0 s/,
    )
  })

  it('are not waited for any more by one who went', async () => {
    const gone = new AbortController()
    const log = undecided()
    const reading = read(log, { signal: gone.signal })
    await new Promise(setImmediate)
    gone.abort()
    await expect(reading).rejects.toThrow('aborted')
    const { fetches } = log
    await sleep(120)
    expect(log.fetches).toBe(fetches)
  })

  it('are not even looked for by one who went before', async () => {
    const log = undecided()
    await expect(read(log, { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
    expect(log.fetches).toBe(0)
  })
})
