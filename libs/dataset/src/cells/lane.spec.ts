import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defined, type Json } from '../../testing/define.ts'
import vectors from '../../vectors/lanes.json' with { type: 'json' }
import { keyReader, laneOf, murmur2, recordKey } from '../index.ts'
import { keyText } from './lane.ts'
import { normalizeText } from './normalize-text.ts'

describe.each(vectors.lanes)('the key $key', ({ key, murmur2: hash, lanes }) => {
  test(`hashes to ${hash}, as in Kafka`, () => {
    expect(murmur2(Buffer.from(key))).toBe(hash)
  })

  test.each(Object.entries(lanes))('of %s lanes, it takes lane %i', (count, lane) => {
    expect(laneOf(key, Number(count))).toBe(lane)
  })
})

describe('the key of a row', () => {
  const datasetWithKey = (fields: object[]) =>
    defined((json: Json) => {
      const named = fields.map((rules, i) => ({ name: `k${i}`, type: 'string', 'x-dsf': rules }))
      json.resources[0].schema = { primaryKey: named.map(({ name }) => name), fields: named }
      json['x-dsf'] = {}
    })

  test.each(vectors.keys)('$cells is $key', ({ fields, cells, key }) => {
    expect(keyReader(datasetWithKey(fields), [...cells.keys()])(cells)).toBe(key)
  })

  const datasetOfRows = (fields: object[]) =>
    defined((json: Json) => {
      const named = fields.map((rules, i) => ({ name: `k${i}`, ...rules }))
      json.resources[0].schema = { fields: named }
      json['x-dsf'] = { key: 'row' }
    })

  test.each(vectors.rowKeys)('of $cells as a whole is $key', ({ fields, cells, key }) => {
    expect(keyReader(datasetOfRows(fields), [...cells.keys()])(cells)).toBe(key)
  })

  test('of a whole row tells rows apart that differ below a millisecond, or behind the digits of a double', () => {
    const read = keyReader(datasetOfRows([{ type: 'datetime' }, { type: 'number' }]), [0, 1])
    const rows = Array.from({ length: 100 }, (_, i) => [
      `2024-01-01T00:00:00.0000${i}Z`,
      `0.12345678901234567${i}`,
    ])
    expect(new Set(rows.map(read)).size).toBe(100)
    expect(new Set(rows.map(([time]) => read([time!, '1']))).size).toBe(100)
    expect(new Set(rows.map(([, number]) => read(['', number!]))).size).toBe(100)
  })

  test('of a whole row is that of its record', () => {
    const dataset = datasetOfRows([{ type: 'string' }, { type: 'datetime' }])
    const fromCells = keyReader(dataset, [0, 1])
    expect(fromCells(['a', '1970-01-01T00:00:01Z'])).toBe(recordKey(dataset)({ k0: 'a', k1: 1000 }))
    expect(fromCells(['', ''])).toBe(recordKey(dataset)({ k0: null, k1: null }))
  })

  test('is found wherever the file has its columns', () => {
    expect(keyReader(datasetWithKey([{}, {}]), [3, 1])(['x', 'second', 'y', 'first'])).toBe(
      '["first","second"]',
    )
  })
})

test('no two composite keys share a text', () => {
  const cells = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 3 })
  fc.assert(
    fc.property(cells, cells, (a, b) => {
      expect(keyText(a) === keyText(b)).toBe(JSON.stringify(a) === JSON.stringify(b))
      expect(JSON.parse(keyText(a))).toEqual(a)
    }),
  )
})

test('every key has one of the lanes, and cleaning it once more does not change it', () => {
  const rules = fc.record({
    trim: fc.boolean(),
    case: fc.constantFrom('keep' as const, 'lower' as const, 'upper' as const),
  })
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 64 }),
      rules,
      (text, lanes, rule) => {
        const key = normalizeText(text, rule)
        expect(laneOf(key, lanes)).toBeGreaterThanOrEqual(0)
        expect(laneOf(key, lanes)).toBeLessThan(lanes)
        expect(normalizeText(key, rule)).toBe(key)
      },
    ),
  )
})

test('the lanes of many keys are about equally full', () => {
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 4000; i++) counts[laneOf(`us${i}`, 4)]!++
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(100)
})
