import { trace } from '@opentelemetry/api'
import { afterAll, describe, expect, it } from 'vitest'
import { startTelemetry } from './telemetry.ts'

const { spans, stop } = startTelemetry('cleaner')
afterAll(stop)

const traceOf = (run: string | undefined) =>
  spans.batch(run, {}, async () => trace.getActiveSpan()?.spanContext().traceId)

describe('the spans of a batch', () => {
  it('are in the trace whose id is the run', async () => {
    const run = '0123456789abcdef0123456789abcdef'
    expect(await traceOf(run)).toBe(run)
  })

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['zeros, which are no trace id', '0'.repeat(32)],
    ['a run id of another form', '0123456789ABCDEF0123456789ABCDEF'],
    ['a text that is too long', 'a'.repeat(33)],
  ])('are in a trace of their own when the run is %s', async (_, run) => {
    const id = await traceOf(run)
    expect(id).not.toBe(run)
  })

  it('pass the result on, and the failure', async () => {
    expect(await spans.batch('r', {}, () => Promise.resolve(7))).toBe(7)
    await expect(spans.batch('r', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})
