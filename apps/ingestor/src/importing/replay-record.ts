import { keyReader, laneOf, renamedColumns, shorten, type Dataset } from '@dsf/dataset'
import { perDataset } from '@dsf/stage'

/** A raw record that was refused, with the columns that it was written with. */
type Written = Record<string, unknown>

/** Its key and lane by the definition as it is now, or why it is not the record that an import of its file would give. */
export type Replayed = { key: string } | { problem: string }

/**
 * Compiles whether a record can be put on its way again in its lane. Only the file has what the record lacks, and only an import chooses lanes: the
 * same row in two of them would be two rows.
 */
export const recordReplayer = perDataset((dataset) => {
  const keyOf = recordKeyReader(dataset)
  return (record: Written, lane: number): Replayed => {
    const renamed = renamedColumns(
      Object.keys(record),
      dataset.fields.map(({ column }) => column),
    )
    if (renamed) return { problem: `it ${renamed}` }
    const key = keyOf(record)
    if (key === undefined)
      return { problem: 'it lacks a column of the key as it is now; import its file again' }
    if (laneOf(key, dataset.lanes) === lane) return { key }
    return {
      problem: `its key is now ${JSON.stringify(shorten(key, 100))}, which is of another lane; import its file again`,
    }
  }
})

function recordKeyReader(dataset: Dataset): (record: Written) => string | undefined {
  const columns = dataset.key.map(({ column }) => column)
  const readKey = keyReader(dataset, [...columns.keys()])
  return (record) => {
    const cells = columns.map((column) => record[column] ?? null)
    return cells.every((cell) => cell !== null) ? readKey(cells as string[]) : undefined
  }
}
