import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Health } from '../health/health.ts'
import { openHealthSide } from './health-side.ts'
import type { Logger } from '../health/log.ts'

const health = new Health()
const metrics = { fault: undefined as Error | undefined }
const logged: string[] = []
let url: string
let close: () => Promise<unknown>

beforeAll(async () => {
  const config = { HEALTH_HOST: '0.0.0.0', HEALTH_PORT: 0 } as Parameters<typeof openHealthSide>[0]
  const telemetry = { metrics: async () => (metrics.fault ? Promise.reject(metrics.fault) : 'dsf_rows 1\n') }
  const log = { error: ({ err }: { err: Error }) => logged.push(err.message) } as unknown as Logger
  const side = await openHealthSide(config, health, telemetry, log)
  url = `http://127.0.0.1:${(side.server.address() as AddressInfo).port}`
  close = () => side.close()
})
afterAll(() => close())

describe('the health side', () => {
  it('answers probes everywhere without a token, with the reasons', async () => {
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    health.require('Kafka', async () => undefined)
    const ready = await fetch(`${url}/health/ready`)
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { dependencies: { Kafka: 'not looked at yet' } },
    ])
  })

  it('has metrics as text; a fault of theirs is logged, and a problem', async () => {
    const answer = await fetch(`${url}/metrics`)
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual([
      'text/plain; version=0.0.4; charset=utf-8',
      'dsf_rows 1\n',
    ])
    metrics.fault = new Error('secret')
    const fault = await fetch(`${url}/metrics`)
    expect([fault.headers.get('content-type'), await fault.json()]).toMatchObject([
      'application/problem+json; charset=utf-8',
      { status: 500, detail: 'the stage could not answer; its log says why' },
    ])
    expect(logged).toEqual(['secret'])
  })

  it.each([
    ['GET', '/v1/runs', 404],
    ['POST', '/health/ready', 405],
    ['DELETE', '/metrics', 405],
  ])('has nothing else: %s %s', async (method, path, status) => {
    const answer = await fetch(`${url}${path}`, { method })
    expect([answer.headers.get('content-type'), await answer.json()]).toMatchObject([
      'application/problem+json; charset=utf-8',
      { status },
    ])
  })
})
