import { join } from 'node:path'
import { keyReader, laneOf, loadDataset, type Dataset, type Field } from '@dsf/dataset'
import { describe, expect, it } from 'vitest'
import { recordReplayer } from './replay-record.ts'

const weather = loadDataset(join(import.meta.dirname, '../../../../datasets/seattle-weather'))
const change = (dataset: Dataset, column: string, rules: Partial<Field>): Dataset => {
  const fields = dataset.fields.map((field) => (field.column === column ? { ...field, ...rules } : field))
  const key = dataset.key.map(({ column: name }) => fields.find((field) => field.name === name)!)
  return { ...dataset, fields, key }
}
const american = change(weather, 'date', { format: '%m/%d/%Y' })
const european = change(weather, 'date', { format: '%d/%m/%Y' })

const cells = { precipitation: '0', temp_max: '12,5', temp_min: '5', wind: '4', weather: 'sun' }
const recordOf = (date: string) => ({ dsf_run: 'r', dsf_row: 1, date, ...cells })

/** The lane that the ingestor chose by the definition of then. */
const laneBy = (dataset: Dataset, record: Record<string, unknown>): number => {
  const texts = dataset.key.map(({ column }) => record[column] as string)
  return laneOf(keyReader(dataset, [...texts.keys()])(texts), dataset.lanes)
}

describe('a record that is replayed', () => {
  const days = Array.from({ length: 15 }, (_, i) => recordOf(`${13 + i}/02/2018`))
  const replayed = days.map((record) => recordReplayer(european)(record, laneBy(american, record)))

  it('has the key that an import of its file would give it now', () => {
    const keys = replayed.flatMap((one) => ('key' in one ? [one.key] : []))
    const stays = days.filter((record) => laneBy(american, record) === laneBy(european, record))
    expect(keys).toEqual(stays.map(({ date }) => `2018-02-${date.slice(0, 2)}`))
    expect(keys.length).toBeGreaterThan(0)
  })

  it('stays refused where that key is of another lane', () => {
    const problems = replayed.flatMap((one) => ('problem' in one ? [one.problem] : []))
    const moves = days.filter((record) => laneBy(american, record) !== laneBy(european, record))
    expect(problems).toEqual(
      moves.map(
        ({ date }) =>
          `its key is now "2018-02-${date.slice(0, 2)}", which is of another lane; import its file again`,
      ),
    )
    expect(problems.length).toBeGreaterThan(0)
  })

  it('has the key of its values now where the whole row is the key, or stays refused', () => {
    const rows: Dataset = { ...weather, key: weather.fields, isRowKey: true }
    const mended = change(rows, 'temp_max', { decimalChar: ',' })
    const records = Array.from({ length: 20 }, (_, i) => recordOf(`2012-01-${10 + i}`))
    const now = records.map((record) => recordReplayer(mended)(record, laneBy(rows, record)))
    const wanted = records.map((record) => laneBy(rows, record) === laneBy(mended, record))
    expect(now.map((one) => 'key' in one)).toEqual(wanted)
    expect(new Set(wanted).size).toBe(2)
  })

  it('stays refused when a column has another name now: there would be nothing in it', () => {
    const renamed = change(weather, 'precipitation', { column: 'rain_mm' })
    expect(recordReplayer(renamed)(recordOf('2012-01-01'), 0)).toEqual({
      problem:
        'it was read into "precipitation", and the definition has "rain_mm" now; import its file again',
    })
  })

  it('comes in when a column is only gone, or only new', () => {
    const { wind: _, ...without } = recordOf('2012-01-01')
    const lane = laneBy(weather, without)
    expect(recordReplayer(weather)(without, lane)).toEqual({ key: '2012-01-01' })
    expect(recordReplayer(weather)({ ...recordOf('2012-01-01'), gust: '1' }, lane)).toEqual({
      key: '2012-01-01',
    })
  })

  it('stays refused when it lacks a column of the key', () => {
    const { date: _, ...without } = recordOf('2012-01-01')
    expect(recordReplayer(weather)(without, 0)).toEqual({
      problem: 'it lacks a column of the key as it is now; import its file again',
    })
  })
})
