import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { getRun } from './runs.ts'

const asked: string[] = []
const server = createServer(({ url }, response) => {
  asked.push(url!)
  response.end('{}')
})
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())

it('waits whole seconds, which are all that the ingestor takes', async () => {
  const api = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  for (const seconds of [0, 0.2, 10]) await getRun(api, 'a/b', seconds)
  expect(asked).toEqual(['/v1/runs/a%2Fb', '/v1/runs/a%2Fb?wait=1', '/v1/runs/a%2Fb?wait=10'])
})
