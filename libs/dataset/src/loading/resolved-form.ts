import { enrichedColumns } from '../records/columns.ts'
import type { Dataset, Field } from '../definition/dataset.ts'

/**
 * A dataset as everything else is derived from it, in JSON: every default said, every role by its column, every bound that is
 * implied. `datasets/<name>/schemas/resolved.json` keeps it, so that a review sees what a change means, and holds Python's
 * reading of the definition equal to ours.
 */
export function resolvedForm(dataset: Dataset): object {
  const { folder: _, key, versionField, eventTime, typeField, geo, ...rest } = dataset
  return {
    ...rest,
    key: key.map(columnOf),
    versionField: versionField && columnOf(versionField),
    eventTime: eventTime && columnOf(eventTime),
    typeField: typeField && columnOf(typeField),
    geo: geo && { latitude: columnOf(geo.latitude), longitude: columnOf(geo.longitude) },
    columns: enrichedColumns(dataset),
  }
}

const columnOf = ({ column }: Field): string => column
