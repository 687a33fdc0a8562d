import { describe, expect, it } from 'vitest'
import { behindOf, causesOf, waitsText } from './stage-waits.ts'

describe('what a stage waits for', () => {
  it('is nothing when all is well', () => {
    expect(causesOf({ dependencies: { kafka: 'ok' }, waiting: {}, parked: [] })).toEqual([])
    expect(causesOf({})).toEqual([])
    expect(waitsText({ causes: [], behind: [] })).toBe(undefined)
  })

  it('is told with since when and why; lanes that wait for the same thing are told once', () => {
    const found = causesOf({
      dependencies: { kafka: 'ok', 'object store': 'ECONNREFUSED' },
      waiting: { 'quakes.clean/0': 'store away', 'quakes.clean/1': 'store away', start: 'registry away' },
      parked: [{ dataset: 'weather', since: '2026-11-25T00:00:00.000Z', reason: 'no such column' }],
      since: {
        'object store': '2026-11-26T01:00:00.123Z',
        'quakes.clean/0': '2026-11-26T01:00:01.000Z',
        'quakes.clean/1': '2026-11-26T01:00:02.000Z',
      },
    })
    expect(found).toEqual([
      'waits for object store since 2026-11-26T01:00:00Z: ECONNREFUSED',
      'quakes.clean/0, as 1 more, waits since 2026-11-26T01:00:01Z: store away',
      'start waits: registry away',
      'weather is parked since 2026-11-25T00:00:00Z: no such column',
    ])
  })
})

it('how far it is behind is the sum of the lanes of each topic where something waits', () => {
  const line = (topic: string, lane: number, lag: number) =>
    `dsf_sink_minio_lag_records{dataset="quakes",topic="${topic}",lane="${lane}",otel_scope_name="dsf"} ${lag} 1795471200123`
  const metrics = [
    '# TYPE dsf_sink_minio_lag_records gauge',
    line('quakes.clean', 0, 1200),
    line('quakes.clean', 1, 34),
    line('quakes.enriched', 0, 0),
    'dsf_sink_minio_rows_in_total{dataset="quakes",topic="quakes.enriched"} 7',
  ].join('\n')
  const behind = behindOf(metrics)
  expect(behind).toEqual([{ topic: 'quakes.clean', records: 1234 }])
  expect(waitsText({ causes: ['waits for kafka: away'], behind })).toBe(
    'waits for kafka: away; 1,234 behind in quakes.clean',
  )
})
