import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { followRun, followRuns, getRun } from './runs.ts'

/** Of a pattern with three files, the second of which refused too many rows. */
const ended: Record<string, object> = {
  a: { runId: 'a', state: 'succeeded', next: 'b' },
  b: { runId: 'b', state: 'failed', next: 'c' },
  c: { runId: 'c', state: 'succeeded' },
}

/** Answers each wait at once, as an ingestor does for whom too many wait. */
const server = createServer(({ url }, response) => {
  asked.push(url!)
  const run = ended[url!.replace(/^\/v1\/runs\/(\w+).*/, '$1')] ?? {
    ...{ runId: 'r', state: 'processing', closed: 1, expected: 8, fetched: { bytes: 0 }, rows: 0 },
  }
  response.setHeader('content-type', 'application/json').end(JSON.stringify(run))
})
const asked: string[] = []
let url = ''
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())
beforeEach(() => void asked.splice(0))

it('a look may take any part of a second', async () => {
  const parts = [1.612, 0.1, 1 / 3, 2.0000001]
  const runs = await Promise.all(parts.map((left) => getRun({ url }, 'r', left)))
  expect(runs.map(({ state }) => state)).toEqual(parts.map(() => 'processing'))
  expect(asked.toSorted()).toEqual(parts.map((left) => `/v1/runs/r?wait=${left}`).toSorted())
})

it('a wait that is answered at once is not asked again at once', async () => {
  await expect(followRun({ url }, 'r', { seconds: 0.6 })).rejects.toThrow(
    'The run r did not end within 0.6 s, and goes on; what was seen last is "processing, 1 of 8 receipts arrived".',
  )
  expect([2, 3]).toContain(asked.length)
})

it('each run that the one before asked for is waited for too, whatever became of that one', async () => {
  const told: string[] = []
  const waitingFor = (runId: string) => ({ seconds: told.push(runId) })
  const runs: unknown[] = []
  for await (const run of followRuns({ url }, 'a', waitingFor)) runs.push(run)
  expect(runs).toEqual([ended['a'], ended['b'], ended['c']])
  expect(told).toEqual(['a', 'b', 'c'])
})
