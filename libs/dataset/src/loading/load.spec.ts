import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { defined, type Json } from '../../testing/define.ts'
import { isProblem, loadDatasets, readRules } from '../index.ts'

const datasets = join(import.meta.dirname, '../../../../datasets')

const schema = (json: Json) => json.resources[0].schema
const field = (json: Json, name: string) => schema(json).fields.find((one: Json) => one.name === name)
const ext = (json: Json) => json['x-dsf']

describe('a definition', () => {
  test('says no more than it must', () => {
    expect(defined((json) => delete json['x-dsf'])).toMatchObject({
      name: 'quakes',
      version: '0.0.0',
      title: 'quakes',
      lanes: 4,
      fieldsMatch: 'exact',
      dialect: { delimiter: ',', quoteChar: '"', skipInitialSpace: false },
      source: {
        maxBytes: 4 * 2 ** 30,
        maxRowBytes: 65_536,
        maxCompressionRatio: 200,
        maxSeconds: 1800,
        minBytesPerSecond: 1000,
      },
      sinks: {
        lake: { format: 'parquet', compression: 'zstd' },
        chunk: { records: 25_000, bytes: 16 * 2 ** 20 },
      },
      computed: [],
      retentionDays: 7,
      versionField: undefined,
      eventTime: undefined,
      typeField: undefined,
      geo: undefined,
    })
  })

  test('resolves a field', () => {
    const { fields } = defined((json) => {
      schema(json).missingValues = ['', 'NA']
      Object.assign(field(json, 'mag'), { title: 'Magnitude', unit: '1', rdfType: 'tolerated' })
    })
    expect(fields[1]).toEqual({
      name: 'mag',
      header: 'mag',
      column: 'mag',
      type: 'number',
      format: 'default',
      unit: '1',
      title: 'Magnitude',
      required: false,
      constraints: {},
      missingValues: ['', 'NA'],
      decimalChar: '.',
      groupChar: undefined,
      bareNumber: undefined,
      trueValues: ['true', 'True', 'TRUE', '1'],
      falseValues: ['false', 'False', 'FALSE', '0'],
      trim: true,
      case: 'keep',
      default: undefined,
      search: 'keyword',
    })
  })

  test.each([
    ['temp_max', 'temp_max'],
    ['Temp max (°C)', 'Temp_max___C_'],
    ['2020', '_2020'],
    ['% change', '__change'],
    ['a.b', 'a_b'],
    ['year', 'year'],
  ])('has for the header %j the column %s', (name, column) => {
    const { fields } = defined((json) => schema(json).fields.push({ name, type: 'string' }))
    expect(fields.at(-1)).toMatchObject({ name, column })
  })

  test('may call a column location where there is no map', () => {
    const { fields } = defined((json) => {
      delete ext(json).geo
      schema(json).fields.push({ name: 'location', type: 'string' })
    })
    expect(fields.at(-1)!.column).toBe('location')
  })

  test('has a required key in the order that it names', () => {
    const { key } = defined((json) => (schema(json).primaryKey = ['time', 'id']))
    expect(key.map(({ name, required }) => [name, required])).toEqual([
      ['time', true],
      ['id', true],
    ])
  })

  test('may say that its key is unique', () => {
    expect(defined((json) => (field(json, 'id').constraints = { unique: true })).key[0]!.name).toBe('id')
  })
})

describe('the datasets of this repository', () => {
  const found = loadDatasets([datasets])

  test('can be used', () => {
    expect([...found.keys()]).toEqual(['earthquakes', 'seattle-weather'])
  })

  test.each([...found.values()])('$name reads its own sample', ({ fields, folder }) => {
    const [header, ...rows] = readSample(folder)
    expect(header).toEqual(fields.map(({ name }) => name))
    expect(rows.length).toBeGreaterThan(0)
    const rules = fields.map((field) => readRules(field))
    expect(rows.flatMap((row) => row.map((cell, i) => rules[i]!(cell)).filter(isProblem))).toEqual([])
  })
})

function readSample(folder: string): string[][] {
  const text = readFileSync(join(folder, 'sample.csv'), 'utf8')
  return parse(text)
}
