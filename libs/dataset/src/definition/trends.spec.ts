import { describe, expect, test } from 'vitest'
import { defined, type Json } from '../../testing/define.ts'
import { DefinitionError, type Dataset } from '../index.ts'

const trendsOf = (trends: Json, eventTime?: string): Dataset['trends'] =>
  defined((json: Json) => Object.assign(json['x-dsf'], { trends, ...(eventTime ? { eventTime } : {}) }))
    .trends

describe('trends', () => {
  test.each<[words: Json, eventTime: string, windowSeconds: number, watermarkSeconds: number]>([
    [undefined, 'time', 3600, 365 * 86_400],
    [undefined, 'day', 86_400, 365 * 86_400],
    [{}, 'day', 86_400, 365 * 86_400],
    [{ window: '15 minutes' }, 'time', 900, 365 * 86_400],
    [{ window: '1 minute', watermark: '36 hours' }, 'day', 60, 36 * 3600],
    [{ watermark: '1 day' }, 'time', 3600, 86_400],
  ])('%j over %s', (words, eventTime, windowSeconds, watermarkSeconds) => {
    expect(trendsOf(words, eventTime)).toEqual({ windowSeconds, watermarkSeconds })
  })

  test('are nothing that a dataset without an event time has', () => {
    expect(defined((json: Json) => delete json['x-dsf'].eventTime).trends).toBeUndefined()
  })

  const hours = 'expected a number of minutes, hours or days, as in "6 hours"'
  test.each<[words: Json, path: string, expected: string | RegExp]>([
    [{ window: '0 hours' }, '/x-dsf/trends/window', hours],
    [{ window: '1h' }, '/x-dsf/trends/window', hours],
    [{ window: '1.5 hours' }, '/x-dsf/trends/window', hours],
    [{ watermark: '3 weeks' }, '/x-dsf/trends/watermark', hours],
    [{ watermark: 7 }, '/x-dsf/trends/watermark', 'expected a text, found 7'],
    [{ every: '1 hour' }, '/x-dsf/trends/every', 'is unknown; known are window, watermark'],
  ])('%j is refused', (words, path, expected) => {
    const refuses = (action: () => unknown) => expect(action).toThrow(DefinitionError)
    refuses(() => trendsOf(words))
    expect(() => trendsOf(words)).toThrow(new RegExp(` at ${path}: `))
    expect(() => trendsOf(words)).toThrow(expected)
  })

  test('are refused where there is no event time', () => {
    const timeless = (json: Json) => {
      delete json['x-dsf'].eventTime
      json['x-dsf'].trends = {}
    }
    expect(() => defined(timeless)).toThrow(/ at \/x-dsf\/trends: expected x-dsf.eventTime for trends$/)
  })
})
