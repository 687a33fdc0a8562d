import { join } from 'node:path'
import { loadDataset } from '@dsf/dataset'
import { describe, expect, it } from 'vitest'
import { contentMark, rowReader, type CleanRow, type RawRow } from './read-row.ts'

const weather = loadDataset(join(import.meta.dirname, '../../../datasets/seattle-weather'))
const readRow = rowReader(weather)
const raw: RawRow = {
  dsf_run: 'r',
  dsf_row: 12,
  date: '2012-01-01',
  precipitation: '0.0',
  temp_max: ' 12.8 ',
  temp_min: '5.0',
  wind: '',
  weather: 'rain',
}
const clean: CleanRow = {
  dsf_run: 'r',
  dsf_row: 12,
  dsf_version: null as unknown as number,
  date: 15_340,
  precipitation: 0,
  temp_max: 12.8,
  temp_min: 5,
  wind: null,
  weather: 'rain',
}

describe('rowReader', () => {
  it('gives a typed record that knows its row; its version is still to come', () => {
    expect(readRow(raw)).toEqual(clean)
  })

  it('takes a column that the file does not have for a missing cell', () => {
    expect(readRow({ ...raw, temp_min: null })).toEqual({ ...clean, temp_min: null })
  })

  it('refuses, where the whole row is the key, a cell that would lose digits and so could make two rows one', () => {
    const fields = weather.fields.map((field) => ({ ...field, required: false }))
    const read = rowReader({ ...weather, fields, key: fields, isRowKey: true })
    expect(read({ ...raw, wind: '' })).toMatchObject({ wind: null, precipitation: 0 })
    expect(read({ ...raw, wind: '0.12345678901234567' })).toEqual([
      expect.objectContaining({
        field: 'wind',
        message: expect.stringContaining('more digits than a number keeps'),
      }),
    ])
  })

  it('gives all the reasons why a row cannot be a record, in the order of the fields', () => {
    const worst = { ...raw, date: 'yesterday', precipitation: null, temp_max: '61', weather: 'hail' }
    expect(readRow(worst)).toEqual([
      { field: 'date', code: 'type', message: 'date "yesterday" is no date' },
      { field: 'precipitation', code: 'required', message: 'precipitation is missing' },
      { field: 'temp_max', code: 'maximum', message: 'temp_max 61 is above 60' },
      { field: 'weather', code: 'enum', message: 'weather "hail" is none of the allowed values' },
    ])
  })

  it('gives each row a record of its own', () => {
    const first = readRow(raw)
    readRow({ ...raw, weather: 'sun' })
    expect(first).toEqual(clean)
  })
})

describe('contentMark', () => {
  const markOf = contentMark(weather)

  it('is the same for the same content, wherever it stood in which run', () => {
    expect(markOf({ ...clean, dsf_run: 'other', dsf_row: 99, dsf_version: 7 })).toBe(markOf(clean))
  })

  it.each([
    ['another value', { wind: 1 }],
    ['a value instead of none', { wind: 0 }],
    ['a value in another column', { temp_max: 5, temp_min: 12.8 }],
    ['a text that reads like none', { weather: 'null' }],
  ])('is another one for %s', (_, change) => {
    expect(markOf({ ...clean, ...change })).not.toBe(markOf(clean))
  })

  it('is an integer of 48 bits, which Avro and JavaScript both hold exactly', () => {
    for (let wind = 0; wind < 200; wind++) {
      const mark = markOf({ ...clean, wind })
      expect(Number.isInteger(mark) && mark >= 0 && mark < 2 ** 48).toBe(true)
    }
  })

  it('stays the same from release to release, because a changelog remembers it', () => {
    expect(markOf(clean)).toBe(165_120_666_990_097)
  })
})
