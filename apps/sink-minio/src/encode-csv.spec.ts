import { join } from 'node:path'
import { loadDataset, type Row } from '@dsf/dataset'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvEncoder } from './encode-csv.ts'

const folder = (name: string) => join(import.meta.dirname, '../../../datasets', name)
const weather = loadDataset(folder('seattle-weather'))
const earthquakes = loadDataset(folder('earthquakes'))
const provenance = { dsf_run: 'r1', dsf_row: 3, dsf_version: 12 }

describe('csvEncoder', () => {
  it('writes the columns of the definition, then where the row came from', async () => {
    const day = {
      ...provenance,
      date: 15_340,
      precipitation: 0,
      temp_max: 12.8,
      temp_min: -5,
      wind: null,
      weather: 'rain',
    }
    expect((await csvEncoder(weather)([day, { ...day, date: -1, wind: 1e-7 }])).toString()).toBe(
      'date,precipitation,temp_max,temp_min,wind,weather,dsf_run,dsf_row,dsf_version\n' +
        '2012-01-01,0,12.8,-5,,rain,r1,3,12\n' +
        '1969-12-31,0,12.8,-5,1e-7,rain,r1,3,12\n',
    )
  })

  it('writes datetimes as ISO 8601 in UTC with milliseconds', async () => {
    const nothing = Object.fromEntries(earthquakes.fields.map(({ column }) => [column, null]))
    const record = { ...nothing, ...provenance, time: 1_795_471_200_123, updated: 0 }
    const line = (await csvEncoder(earthquakes)([record])).toString().split('\n')[1]
    expect(line).toBe('2026-11-23T22:00:00.123Z,,,,,,,,,,,,1970-01-01T00:00:00.000Z,,,,,,,,,,r1,3,12')
  })

  it('quotes only where RFC 4180 needs it, and tells an empty text from a missing value', async () => {
    const cells = {
      plain: 'plain',
      comma: 'a,b',
      quote: 'a"b',
      lf: 'a\nb',
      cr: 'a\rb',
      empty: '',
      missing: null,
      space: ' a ',
      formula: '=1+1',
    }
    const field = (column: string) => ({ ...weather.fields[5]!, column, required: false })
    const csv = await csvEncoder({ ...weather, fields: Object.keys(cells).map(field) })([
      { ...provenance, ...cells },
    ])
    expect(csv.toString()).toBe(
      'plain,comma,quote,lf,cr,empty,missing,space,formula,dsf_run,dsf_row,dsf_version\n' +
        'plain,"a,b","a""b","a\nb","a\rb","",, a ,=1+1,r1,3,12\n',
    )
  })

  it('writes a header alone for no records', async () => {
    expect((await csvEncoder(weather)([])).toString()).toBe(
      'date,precipitation,temp_max,temp_min,wind,weather,dsf_run,dsf_row,dsf_version\n',
    )
  })

  it('is read back by another parser as what was written, over many blocks of lines', async () => {
    const fields = ['a', 'b'].map((column) => ({ ...weather.fields[5]!, column, required: false }))
    const encode = csvEncoder({ ...weather, fields })
    const cell = fc.option(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'é', '😀', 'x') }))
    const rows = fc.array(fc.record({ a: cell, b: cell }), { maxLength: 200, size: 'max' })
    await fc.assert(
      fc.asyncProperty(rows, async (written) => {
        const csv = await encode(written.map((row) => ({ ...provenance, ...row })))
        const cast = (text: string, { quoting }: { quoting: boolean }) =>
          text === '' && !quoting ? null : text
        const read = parse<Row>(csv, { columns: true, cast, record_delimiter: '\n' })
        expect(read.map(({ a, b }) => ({ a, b }))).toEqual(written)
      }),
    )
  })
})
