import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { lookAt, nowAndThen, problemOf, untilEnded, type Ends } from './follow-run.ts'

const servers: Server[] = []
afterEach(() => servers.splice(0).forEach((server) => server.close()))

/** An end of the flow that gives its answers one after the other, and the last one for ever; undefined is 404. */
async function end(...answers: (object | undefined)[]): Promise<string> {
  const server = createServer((_, response) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? { detail: 'unknown' }))
  })
  servers.push(server)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const imported = { runId: 'r', dataset: 'd', state: 'succeeded', rows: 7 }
const partly = { runId: 'r', dataset: 'd', state: 'running', counters: { read: 3 }, closed: 2, expected: 8 }
const receipt = { ...partly, state: 'succeeded', counters: { read: 7 }, closed: 8 }
const waiting = { seconds: 10, pauseMs: 1, tell: () => undefined }

describe('a run', () => {
  it('whose rows are published has not succeeded before its receipt is whole', async () => {
    const ends: Ends = { ingestor: await end(imported), indexer: await end(undefined, partly, receipt) }
    expect(await lookAt(ends, 'r')).toMatchObject({ state: 'running', rows: 7 })
    expect(await lookAt(ends, 'r')).toMatchObject({ state: 'running', closed: 2 })
    expect(await lookAt(ends, 'r')).toEqual({ ...imported, ...receipt })
  })

  it('is waited for until its receipt, through ends that do not know it yet or are away', async () => {
    const indexer = await end(undefined, partly, receipt)
    const seen: string[] = []
    const ends = { ingestor: await end(undefined, { ...imported, state: 'running' }, imported), indexer }
    const tell = (text: string) => void seen.push(text)
    expect(await untilEnded(ends, 'r', { ...waiting, tell })).toMatchObject(receipt)
    expect(seen).toEqual([
      'no run has the id "r"',
      'running, 7 rows published',
      'running, 7 rows published',
      'running, 2 of 8 receipts arrived',
    ])
  })

  it('that failed at either end is over', async () => {
    const failed = { ...imported, state: 'failed', reason: 'why' }
    const nobody = 'http://127.0.0.1:1'
    expect(await untilEnded({ ingestor: await end(failed), indexer: nobody }, 'r', waiting)).toEqual(failed)
    const atTheEnd = { ingestor: await end(imported), indexer: await end(failed) }
    expect(await untilEnded(atTheEnd, 'r', waiting)).toEqual(failed)
  })

  it('that does not end in time goes on, and what was seen last is told', async () => {
    const ends = { ingestor: await end(imported), indexer: 'http://127.0.0.1:1' }
    await expect(untilEnded(ends, 'r', { ...waiting, seconds: 0.05 })).rejects.toThrow(
      /^The run r did not end within 0.05 s, and goes on; what was seen last is "nobody answers at http:\/\/127\.0\.0\.1:1 /,
    )
  })
})

it('what was told is not told again', () => {
  const told: string[] = []
  const tell = nowAndThen(0, (text) => told.push(text))
  for (const text of ['a', 'a', 'b', 'b', 'a']) tell(text)
  expect(told).toEqual(['a', 'b', 'a'])
})

it('a problem is its sentence, or whatever came instead', () => {
  expect(problemOf('{"title":"Unknown dataset","detail":"there is no x"}')).toBe(
    'Unknown dataset: there is no x',
  )
  expect(problemOf('{"title":"T","detail":"d","errors":["/name: a","/x: b"]}')).toBe(
    'T: d\n  /name: a\n  /x: b',
  )
  expect(problemOf('<html>')).toBe('<html>')
})
