import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { trace } from '@opentelemetry/api'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startTelemetry, type Telemetry } from './telemetry.ts'

/** Stands where a collector would, and keeps what is sent to it. */
const sent: { path: string; bytes: Buffer }[] = []
const collector = createServer((request, response) => {
  void buffer(request).then((bytes) => {
    sent.push({ path: request.url!, bytes })
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
})
const run = '0123456789abcdef0123456789abcdef'
let telemetry: Telemetry

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(collector.address() as AddressInfo).port}`)
  vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'team=rivers')
  telemetry = await startTelemetry('cleaner')
})
afterAll(() => void collector.close())

it('sends a span of each batch, in the trace of its run, to the collector that is named, and says metrics as without', async () => {
  const ids = await telemetry.spans.batch(run, {}, async () => trace.getActiveSpan()?.spanContext())
  expect(ids?.traceId).toBe(run)
  expect(await telemetry.metrics()).toMatch(/^target_info\{.*team="rivers"/m)
  await telemetry.stop()
  expect(sent.map(({ path }) => path)).toEqual(['/v1/traces'])
  for (const told of [
    Buffer.from(run, 'hex'),
    Buffer.from(ids!.spanId, 'hex'),
    'cleaner batch',
    'dsf-cleaner',
    'rivers',
  ])
    expect(sent[0]!.bytes.includes(told)).toBe(true)
})
