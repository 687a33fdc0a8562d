import { join } from 'node:path'
import { indexTemplate, loadDataset, type Dataset, type Field } from '@dsf/dataset'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentId, documentWriter } from './to-document.ts'

const folder = (name: string) => join(import.meta.dirname, '../../../datasets', name)
const earthquakes = loadDataset(folder('earthquakes'))
const weather = loadDataset(folder('seattle-weather'))

const nothing = Object.fromEntries(
  [...earthquakes.fields.map(({ column }) => column), ...earthquakes.computed.map(({ name }) => name)].map(
    (name) => [name, null],
  ),
)
const known = {
  dsf_run: 'r1',
  dsf_row: 3,
  dsf_version: 1_795_471_200_123,
  simulated: false,
  id: 'us1',
  time: 1_795_471_200_000,
  updated: 1_795_471_200_123,
  latitude: -12.5,
  longitude: 179.25,
  place: '5 km N of "X"\n',
  type: 'earthquake',
  net: 'us',
}
const quake = { ...nothing, ...known }

describe('documentWriter', () => {
  const write = documentWriter(earthquakes)

  it('keeps all columns under their names, leaves missing ones out, and adds the time and the place', () => {
    expect(JSON.parse(write(quake))).toEqual({
      ...known,
      '@timestamp': 1_795_471_200_000,
      location: { lat: -12.5, lon: 179.25 },
    })
  })

  it('gives no place to a row with half a position, and no time to a row without one', () => {
    for (const missing of ['latitude', 'longitude'])
      expect(JSON.parse(write({ ...quake, [missing]: null }))).not.toHaveProperty('location')
    expect(JSON.parse(write({ ...quake, time: null }))).not.toHaveProperty('@timestamp')
  })

  it('keeps the zero meridian and the epoch', () => {
    const document = JSON.parse(write({ ...quake, latitude: 0, longitude: 0, time: 0 })) as unknown
    expect(document).toMatchObject({ location: { lat: 0, lon: 0 }, '@timestamp': 0, time: 0 })
  })

  it('writes dates as the mapping reads them, and an event day as its first millisecond', () => {
    const day = {
      dsf_run: 'r1',
      dsf_row: 1,
      dsf_version: 1,
      simulated: true,
      date: 15_340,
      weather: 'rain',
      wind: null,
    }
    expect(JSON.parse(documentWriter(weather)(day))).toEqual({
      dsf_run: 'r1',
      dsf_row: 1,
      dsf_version: 1,
      simulated: true,
      date: '2012-01-01',
      weather: 'rain',
      '@timestamp': 1_325_376_000_000,
    })
  })

  it('leaves out the time and place of a dataset that has none', () => {
    const plain: Dataset = { ...earthquakes, eventTime: undefined, geo: undefined }
    expect(JSON.parse(documentWriter(plain)(quake))).toEqual(known)
  })

  it('writes only fields that the strict mapping knows', () => {
    const filled = Object.fromEntries(Object.entries(quake).map(([name, value]) => [name, value ?? 1]))
    const known = Object.keys(indexTemplate(earthquakes).template.mappings.properties)
    expect(Object.keys(JSON.parse(write(filled))).toSorted()).toEqual(known.toSorted())
  })

  it('leaves out a column that the definition has no more: the lake keeps it, and a new index refuses it', () => {
    expect(JSON.parse(write({ ...quake, station: 'x' }))).toEqual(JSON.parse(write(quake)))
  })

  it('leaves it to the index what a text is in a column that was of another type', () => {
    const written = documentWriter(weather)({ dsf_run: 'r1', date: '5 Jan', wind: 'strong' })
    expect(JSON.parse(written)).toEqual({
      dsf_run: 'r1',
      date: '5 Jan',
      wind: 'strong',
      '@timestamp': '5 Jan',
    })
  })

  it('leaves the row as it was, on one line', () => {
    const before = structuredClone(quake)
    expect(write(quake)).not.toContain('\n')
    expect(quake).toEqual(before)
  })
})

describe('documentId', () => {
  const keyed = (...fields: [string, Field['type']][]) =>
    documentId({ ...earthquakes, key: fields.map(([column, type]) => ({ column, type }) as Field) })

  it('is the text of a single key field', () => {
    expect(documentId(earthquakes)(quake)).toBe('us1')
    expect(documentId(weather)({ date: 15_340 })).toBe('2012-01-01')
    expect(keyed(['at', 'datetime'])({ at: 0 })).toBe('1970-01-01T00:00:00.000Z')
    expect(keyed(['n', 'integer'])({ n: 42 })).toBe('42')
  })

  it('is a JSON array for several, so that no two keys share an id', () => {
    const toId = keyed(['a', 'string'], ['b', 'date'])
    expect(toId({ a: 'x', b: 0 })).toBe('["x","1970-01-01"]')
    const key = fc.record({ a: fc.string(), b: fc.integer({ min: -9, max: 9 }) })
    fc.assert(
      fc.property(
        key,
        key,
        (one, other) => (toId(one) === toId(other)) === (one.a === other.a && one.b === other.b),
      ),
    )
  })

  it('is a hash for a key that Elasticsearch does not take', () => {
    const toId = keyed(['a', 'string'])
    expect(toId({ a: 'x'.repeat(512) })).toBe('x'.repeat(512))
    expect(toId({ a: 'x'.repeat(513) })).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(toId({ a: '€'.repeat(170) })).toBe('€'.repeat(170))
    expect(toId({ a: '€'.repeat(171) })).toMatch(/^sha256:/)
    expect(toId({ a: '' })).toMatch(/^sha256:/)
    expect(toId({ a: 'y'.repeat(513) })).not.toBe(toId({ a: 'x'.repeat(513) }))
    expect(toId({ a: toId({ a: '' }) })).not.toBe(toId({ a: '' }))
  })

  it('of a measured row is never that of the twin of another', () => {
    const toId = keyed(['a', 'string'], ['n', 'integer'])
    const keys = ['a', 'a~simulated', 'a~simulated~simulated', 'sha256:', '']
    const rows = keys.flatMap((a) => [
      { a, n: 1, simulated: false },
      { a: `${a}~simulated`, n: 1, simulated: true },
    ])
    expect(new Set(rows.map(toId)).size).toBe(rows.length)
    expect(toId({ a: 'a~simulated', n: 1, simulated: true })).toBe('["a~simulated","1"]')
  })
})
