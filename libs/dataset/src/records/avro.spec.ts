import avro from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defined, type Json } from '../../testing/define.ts'
import { topicSchemas } from './avro.ts'
import type { AvroSchema } from './avro-record.ts'
import { receiptSchema } from './avro-runs.ts'

const dataset = defined((json: Json) => {
  const { fields } = json.resources[0].schema
  fields[1].title = 'Magnitude'
  fields.push({ name: 'Temp (°C)', type: 'number', constraints: { required: true } })
  json['x-dsf'].computed = [
    { name: 'energy', type: 'number', title: 'Energy', expression: 'mag * 2.0' },
    { name: 'count', type: 'integer', expression: 'stations' },
    { name: 'label', type: 'string', expression: 'kind' },
    { name: 'strong', type: 'boolean', expression: 'mag > 5.0' },
  ]
})

const compile = (schema: AvroSchema) => avro.Type.forSchema(schema as avro.Schema)
const fieldsOf = (schema: AvroSchema) =>
  Object.fromEntries(schema.fields.map(({ name, type }) => [name, type]))

const date = { type: 'int', logicalType: 'date' }
const instant = { type: 'long', logicalType: 'timestamp-millis' }
const maybe = (type: unknown) => ['null', type]

describe('a schema is what Avro takes:', () => {
  const { receipts: _, ...ofDatasets } = topicSchemas

  test.each(Object.entries(ofDatasets))('%s', (_, schemaOf) => {
    const schema = schemaOf(dataset)
    expect(compile(schema).name).toBe(`dsf.quakes.${schema.name}`)
    expect(schemaOf(dataset)).toEqual(schema)
  })

  test('the receipt, which is the same for all datasets', () => {
    expect(compile(receiptSchema).name).toBe('dsf.Receipt')
  })

  test('each has a name of its own', () => {
    const names = [...Object.values(ofDatasets).map((schemaOf) => schemaOf(dataset)), receiptSchema].map(
      ({ name }) => name,
    )
    expect(new Set(names).size).toBe(names.length)
  })

  test('a dash in the name of a dataset becomes an underscore', () => {
    expect(topicSchemas.raw(defined((json) => (json.name = 'quakes-of-mars'))).namespace).toBe(
      'dsf.quakes_of_mars',
    )
  })
})

test('a raw record has every cell as text, or null', () => {
  const cells = dataset.fields.map(({ column }) => [column, maybe('string')])
  expect(fieldsOf(topicSchemas.raw(dataset))).toEqual({
    dsf_run: 'string',
    dsf_row: 'long',
    ...Object.fromEntries(cells),
  })
})

const cleanFields = {
  dsf_run: 'string',
  dsf_row: 'long',
  dsf_version: 'long',
  id: 'string',
  mag: maybe('double'),
  stations: maybe('long'),
  felt: maybe('boolean'),
  kind: maybe('string'),
  day: maybe(date),
  time: maybe(instant),
  updated: instant,
  lat: maybe('double'),
  lon: maybe('double'),
  Temp___C_: 'double',
}

test('a clean record is typed, and null only where a value may be missing', () => {
  expect(fieldsOf(topicSchemas.clean(dataset))).toEqual(cleanFields)
})

test('an enriched record has the computed fields as well', () => {
  expect(fieldsOf(topicSchemas.enriched(dataset))).toEqual({
    ...cleanFields,
    simulated: 'boolean',
    energy: maybe('double'),
    count: maybe('long'),
    label: maybe('string'),
    strong: maybe('boolean'),
  })
})

test('a profile is of a field, with numbers where the field has some', () => {
  const numbers = ['minimum', 'maximum', 'mean', 'p05', 'p25', 'p50', 'p75', 'p95']
  // order counts: another program writes these records
  expect(Object.entries(fieldsOf(topicSchemas.profile(dataset)))).toEqual([
    ['dsf_run', 'string'],
    ['dsf_version', 'long'],
    ['at', instant],
    ['type', maybe('string')],
    ['window_start', maybe(instant)],
    ['window_end', maybe(instant)],
    ['field', 'string'],
    ...['rows', 'keys', 'nulls', 'distinct'].map((name) => [name, 'long']),
    ...numbers.map((name) => [name, maybe('double')]),
  ])
})

test('what people call a field, or how it is computed, is its documentation', () => {
  const doc = (name: string) =>
    topicSchemas.enriched(dataset).fields.find((field) => field.name === name)!.doc
  expect(['mag', 'energy', 'count'].map(doc)).toEqual(['Magnitude', 'Energy', 'stations'])
})

test('every nullable field can be added later: it defaults to null', () => {
  const nullable = topicSchemas.enriched(dataset).fields.filter(({ type }) => Array.isArray(type))
  expect(nullable.map((field) => field.default)).toEqual(nullable.map(() => null))
})

test('a clean record survives Avro', () => {
  const type = compile(topicSchemas.clean(dataset))
  const integer = fc.integer({ min: -(2 ** 52), max: 2 ** 52 })
  const number = fc.double({ noNaN: true, noDefaultInfinity: true })
  const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
  const record = fc.record({
    dsf_run: fc.string(),
    dsf_row: fc.nat(),
    dsf_version: integer,
    id: fc.string({ unit: 'grapheme' }),
    mag: orNull(number),
    stations: orNull(integer),
    felt: orNull(fc.boolean()),
    kind: orNull(fc.string({ unit: 'grapheme' })),
    day: orNull(fc.integer({ min: -719_162, max: 2_932_896 })),
    time: orNull(integer),
    updated: integer,
    lat: orNull(number),
    lon: orNull(number),
    Temp___C_: number,
  })
  fc.assert(
    fc.property(record, (value) => {
      expect({ ...type.fromBuffer(type.toBuffer(value)) }).toEqual(value)
    }),
  )
})
