import { expect, test } from 'vitest'
import { defined } from '../../testing/define.ts'
import { cleanColumns, enrichedColumns, rawColumns, rowDocumentColumns } from './columns.ts'

const dataset = defined((json) => {
  json.resources[0].schema.fields = [
    { name: 'id', type: 'string' },
    { name: 'Größe', type: 'number', unit: 'cm', constraints: { exclusiveMinimum: '0', maximum: 3 } },
    { name: 'text', type: 'string', title: 'Words', 'x-dsf': { search: 'text' } },
    { name: 'day', type: 'date', constraints: { required: true, minimum: '2026-01-01' } },
    { name: 'lat', type: 'number', decimalChar: ',', constraints: { minimum: '-1,5' } },
    { name: 'lon', type: 'number' },
  ]
  json['x-dsf'] = {
    eventTime: 'day',
    geo: { latitude: 'lat', longitude: 'lon' },
    computed: [{ name: 'tall', type: 'boolean', expression: 'lat > 2.0' }],
  }
})
const names = (columns: { name: string }[]) => columns.map(({ name }) => name)
const column = (name: string) => rowDocumentColumns(dataset).find((one) => one.name === name)

test('a kind of record adds columns to those of the kind before, and keeps their order', () => {
  const [raw, clean, enriched] = [rawColumns, cleanColumns, enrichedColumns].map((of) => names(of(dataset)))
  const fields = names(dataset.fields.map(({ column: name }) => ({ name })))
  expect(raw).toEqual(['dsf_run', 'dsf_row', ...fields])
  expect(clean).toEqual(['dsf_run', 'dsf_row', 'dsf_version', ...fields])
  expect(enriched).toEqual([...clean!, 'simulated', 'tall'])
})

test('a document begins with what dashboards expect under a fixed name, and then what is ours', () => {
  const ours = ['@timestamp', 'location', 'dsf_run', 'dsf_row', 'dsf_version', 'simulated']
  expect(names(rowDocumentColumns(dataset)).slice(0, 6)).toEqual(ours)
  const { eventTime: _, geo: __, ...bare } = dataset
  expect(names(rowDocumentColumns(bare)).slice(0, 4)).toEqual(ours.slice(2))
})

test('a field without a title is called as in its file, and its schema says nothing of it', () => {
  expect(column('Gr__e')).toEqual({
    ...{ name: 'Gr__e', type: 'number', required: false, by: 'file', title: 'Größe', doc: undefined },
    ...{ unit: 'cm', search: undefined, minimum: 0, maximum: 3 },
  })
})

test('a title is what people and schemas say; bounds are those of numbers alone', () => {
  expect(column('text')).toMatchObject({ title: 'Words', doc: 'Words', search: 'text' })
  expect(column('day')).toMatchObject({ required: true, title: 'day' })
  expect(column('day')).not.toHaveProperty('minimum')
})

test('a bound is read as a cell of its text', () => {
  expect(column('lat')).toMatchObject({ minimum: -1.5, maximum: 90 })
})

test('of a computed column without a title a schema says the expression', () => {
  expect(column('tall')).toMatchObject({ by: 'computed', title: undefined, doc: 'lat > 2.0' })
})
