import { hostname, userInfo } from 'node:os'
import { metrics as meters, trace } from '@opentelemetry/api'
import { afterAll, describe, expect, it } from 'vitest'
import { StageMetrics } from './metrics.ts'
import { startTelemetry } from './telemetry.ts'

const { metrics, spans, stop } = await startTelemetry('cleaner')
afterAll(stop)

/** What OpenTelemetry calls no trace; nothing is exported here, so no other is begun. */
const noTrace = '0'.repeat(32)

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
    ['a run id of another form', '0123456789ABCDEF0123456789ABCDEF'],
    ['a text that is too long', 'a'.repeat(33)],
  ])('are in no trace that a run has named when the run is %s', async (_, run) => {
    expect(await traceOf(run)).toBe(noTrace)
  })

  it('pass the result on, and the failure', async () => {
    expect(await spans.batch('r', {}, () => Promise.resolve(7))).toBe(7)
    await expect(spans.batch('r', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})

describe('the metrics', () => {
  it('name the stage, and neither the machine, nor the user, nor the command line', async () => {
    meters.getMeter('dsf').createCounter('dsf_rows').add(1, { dataset: 'a' })
    const text = await metrics()
    expect(text).toMatch(/^dsf_rows_total\{dataset="a",.*service_name="dsf-cleaner"\} 1$/m)
    const told = text.match(/^target_info\{(.*)\} 1$/m)![1]!
    for (const secret of [hostname(), process.execPath, process.cwd(), process.argv[1]!, String(process.pid)])
      expect(told).not.toContain(secret)
    expect(told).not.toMatch(/(^|,)(host|process|os)_/)
    expect(told.split(/[",]/)).not.toContain(userInfo().username)
  })

  it('say no lag of what went, whoever looked before, and go on summing what is summed', async () => {
    const stage = new StageMetrics('cleaner')
    const lag = (dataset: string, partition: number) =>
      stage.lag(`${dataset}.raw/${partition}`, () => 3, { dataset, topic: `${dataset}.raw`, partition })
    const lags = async () => (await metrics()).match(/(?<=lag_records\{dataset=")[^{]*(?=",otel)/g)
    for (const dataset of ['gone', 'stays']) for (const lane of [0, 1]) lag(dataset, lane)
    stage.rowsIn('gone', 'gone.raw', 5)
    expect(await lags()).toHaveLength(4)
    stage.forget('gone')
    stage.keepLags((name) => name !== 'stays.raw/1')
    for (const _ of [1, 2]) expect(await lags()).toEqual(['stays",topic="stays.raw",lane="0'])
    stage.rowsIn('gone', 'gone.raw', 2)
    expect(await metrics()).toMatch(/^dsf_cleaner_rows_in_total\{dataset="gone".*\} 7$/m)
  })

  it('are the same for all who look at once', async () => {
    const stage = new StageMetrics('generator')
    stage.lag('a.clean/0', () => 3, { dataset: 'a', topic: 'a.clean', partition: 0 })
    const [one, ...others] = await Promise.all([metrics(), metrics(), metrics()])
    expect(one).toMatch(/^dsf_generator_lag_records\{dataset="a".*\} 3$/m)
    for (const other of others) expect(other).toBe(one)
  })

  it('say nothing stands still of a dataset that went', async () => {
    const datasets = new Set(['gone', 'stays'])
    new StageMetrics('cleaner').watchParked(
      () => datasets,
      () => [{ dataset: 'gone' }],
    )
    expect(await metrics()).toMatch(/^dsf_parked\{dataset="gone".*\} 1$/m)
    datasets.delete('gone')
    expect(await metrics()).not.toMatch(/^dsf_parked\{dataset="gone"/m)
  })
})
