import type { Dataset } from '../definition/dataset.ts'
import type { Refuse } from '../definition/errors.ts'

/** Refuses a field that is not there, bounds of what is no number, and bounds that cross. */
export function checkAnomalies(
  { anomalies: wanted, fields }: Pick<Dataset, 'anomalies' | 'fields'>,
  note: Refuse,
): void {
  const refuse: Refuse = (path, expected) => note(`/x-dsf/anomalies/${path}`, expected)
  const named = (path: string, wanted: string) => {
    const field = fields.find(({ name }) => name === wanted)
    if (!field) refuse(path, `no field is named "${wanted}"`)
    return field
  }
  const ordered = (path: string, { minimum, maximum }: { minimum?: number; maximum?: number }) => {
    if (minimum !== undefined && maximum !== undefined && minimum > maximum)
      refuse(path, `minimum ${minimum} is above maximum ${maximum}`)
  }
  ordered('rows', wanted.rows)
  for (const name of Object.keys(wanted.nulls.fields)) named(`nulls/fields/${name}`, name)
  for (const [name, bounds] of Object.entries(wanted.values)) {
    const field = named(`values/${name}`, name)
    if (field && !numeric.has(field.type))
      refuse(`values/${name}`, `"${name}" is a ${field.type}, expected a number or an integer`)
    ordered(`values/${name}`, bounds)
  }
}

const numeric = new Set(['integer', 'number'])
