/** Rows of two datasets, one with versions and one without, as they come out of the cleaner. */
import { join } from 'node:path'
import { loadDataset, type Dataset } from '@dsf/dataset'
import type { Batch, Result } from '@dsf/stage'
import { cleanerOf } from '../src/clean.ts'
import type { RawRow } from '../src/read-row.ts'
import { SeenVersions } from '../src/seen-versions.ts'

const folder = (name: string) => join(import.meta.dirname, '../../../datasets', name)
export const quakes = loadDataset(folder('earthquakes'))
const weather = loadDataset(folder('seattle-weather'))
const [cleanQuakes, cleanWeather] = [cleanerOf(quakes), cleanerOf(weather)]

type Cells = Record<string, string | null>
export const quake = (id: string, minute: number, cells: Cells = {}): Cells => ({
  id,
  updated: new Date(minute * 60_000).toISOString(),
  time: '2018-02-07T01:26:13.840Z',
  latitude: '34.5',
  longitude: '-118.7',
  net: 'ci',
  type: 'earthquake',
  ...cells,
})
export const day = (date: string, precipitation: string, cells: Cells = {}): Cells => ({
  date,
  precipitation,
  weather: 'sun',
  ...cells,
})

/** A batch of rows as the ingestor published them, the hundred-and-first record of its lane. */
function batchOf(dataset: Dataset, rows: Cells[], key: string, firstRecord = 100): Batch<RawRow> {
  return {
    dataset,
    lane: 1,
    from: 'raw',
    records: rows.map((cells, i) => ({
      dsf_run: 'r',
      dsf_row: i + 1,
      ...Object.fromEntries(dataset.fields.map(({ column }) => [column, cells[column] ?? null])),
    })),
    keys: rows.map((cells) => Buffer.from(cells[key] ?? '')),
    values: rows.map((_, i) => Buffer.from(`framed ${i}`)),
    offsets: rows.map((_, i) => 2 * firstRecord + i),
    firstRecord,
  }
}
export const cleanedQuakes = (rows: Cells[], seen = new SeenVersions()) =>
  cleanQuakes(batchOf(quakes, rows, 'id'), seen)
export const cleanedWeather = (rows: Cells[], seen = new SeenVersions(), at = 100) =>
  cleanWeather(batchOf(weather, rows, 'date', at), seen)

export const rowsOf = ({ out }: Result) =>
  out!.clean!.map(({ value }) => (value as { dsf_row: number }).dsf_row)
export const versionsOf = ({ out }: Result) =>
  out!.clean!.map(({ value }) => (value as { dsf_version: number }).dsf_version)
export const marksOf = ({ out }: Result) =>
  out!.seen!.map(({ key, value }) => [String(key), (value as { mark: number }).mark])
