import { keyReader, laneOf, shorten, type Dataset } from '@dsf/dataset'
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
    const renamed = renamedColumns(dataset, record)
    if (renamed) return { problem: renamed }
    const key = keyOf(record)
    if (key === undefined)
      return { problem: 'it lacks a column of the key as it is now; import its file again' }
    if (laneOf(key, dataset.lanes) === lane) return { key }
    return {
      problem: `its key is now ${JSON.stringify(shorten(key, 100))}, which is of another lane; import its file again`,
    }
  }
})

/** In place of the cells of a column that has another name now there would be none. One that is only gone, or only new, puts nothing in a wrong place. */
function renamedColumns({ fields }: Dataset, record: Written): string | undefined {
  const lost = Object.keys(record).filter(
    (name) => !name.startsWith('dsf_') && !fields.some(({ column }) => column === name),
  )
  const gained = fields.map(({ column }) => column).filter((name) => !(name in record))
  if (lost.length === 0 || gained.length === 0) return undefined
  return `it was read into ${list(lost)}, and the definition has ${list(gained)} now; import its file again`
}

const list = (names: string[]): string => shorten(names.map((name) => JSON.stringify(name)).join(', '), 200)

function recordKeyReader(dataset: Dataset): (record: Written) => string | undefined {
  const columns = dataset.key.map(({ column }) => column)
  const readKey = keyReader(dataset, [...columns.keys()])
  return (record) => {
    const cells = columns.map((column) => record[column] ?? null)
    return cells.every((cell) => cell !== null) ? readKey(cells as string[]) : undefined
  }
}
