import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { landingKey, noValue, objectKey, pathSegment } from '../index.ts'

// not imported: vite cannot read half of a character
const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../vectors/segments.json'), 'utf8'),
) as {
  segments: { value: string | null; segment: string }[]
}

describe('a value as a path segment', () => {
  test.each(vectors.segments)('$value is $segment', ({ value, segment }) => {
    expect(pathSegment(value)).toBe(segment)
  })
})

// twelve characters of four bytes are 144 when encoded, so none of these is cut
const value = fc.string({ unit: 'binary', maxLength: 12 })
const odd = fc.oneof(
  value,
  fc.constantFrom(
    'null',
    'NULL',
    noValue,
    '',
    '.',
    '..',
    '../x',
    '/',
    '_empty',
    '%2e%2e',
    '\\',
    'dt=x/../../y',
  ),
)
const decode = (segment: string) => (segment === '_empty' ? '' : decodeURIComponent(segment))

test('a value decodes back from its segment, and no two short values share one', () => {
  fc.assert(
    fc.property(odd, odd, (a, b) => {
      expect(decode(pathSegment(a))).toBe(a)
      expect(pathSegment(a) === pathSegment(b)).toBe(a === b)
    }),
    { numRuns: 1000 },
  )
})

test('a segment has characters that every store takes, and not too many of them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (value) => {
      expect(pathSegment(value)).toMatch(/^(?!\.\.?$)(?:[A-Za-z0-9._-]|%[0-9A-F]{2}){1,180}$/)
    }),
    { numRuns: 1000 },
  )
})

test('no value leaves the prefix of its dataset', () => {
  fc.assert(
    fc.property(odd, odd, fc.nat(63), fc.maxSafeNat(), (type, dt, lane, firstRecord) => {
      const partitions: [string, string][] = [
        ['type', type],
        ['dt', dt],
      ]
      const key = objectKey('lake', {
        dataset: 'quakes',
        partitions,
        lane,
        firstRecord,
        extension: 'parquet',
      })
      const steps = key.split('/')
      expect(key.startsWith('lake/dataset=quakes/')).toBe(true)
      expect(steps).not.toContain('..')
      expect(steps).toHaveLength(5)
      expect(steps.slice(2, 4).map((step) => decode(step.slice(step.indexOf('=') + 1)))).toEqual([type, dt])
      expect(steps[4]).toMatch(/^\d\d-\d{16}\.parquet$/)
    }),
    { numRuns: 1000 },
  )
})

test('objects of a lane sort by the number of their first record', () => {
  const name = { dataset: 'quakes', partitions: [], lane: 3, extension: 'csv' }
  expect(
    [9, 10, Number.MAX_SAFE_INTEGER].map((firstRecord) => objectKey('processed', { ...name, firstRecord })),
  ).toEqual([
    'processed/dataset=quakes/03-0000000000000009.csv',
    'processed/dataset=quakes/03-0000000000000010.csv',
    'processed/dataset=quakes/03-9007199254740991.csv',
  ])
})

test('a landing file is named by its run', () => {
  expect(landingKey('quakes', 'run 1', 'csv')).toBe('landing/dataset=quakes/run%201.csv')
  expect(landingKey('quakes', '../x', 'csv.gz')).toBe('landing/dataset=quakes/..%2Fx.csv.gz')
})
