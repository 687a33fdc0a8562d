import type { Dataset, Field } from '../definition/dataset.ts'
import type { Refuse } from '../definition/errors.ts'
import { trends, units, type Trends, type TrendsDefinition } from '../definition/trends.ts'

/** A dataset without an event time has no trends, and must not ask for them. */
export function resolveTrends(
  wanted: TrendsDefinition | undefined,
  eventTime: Dataset['eventTime'],
  refuse: Refuse,
): Trends | undefined {
  if (!eventTime) {
    if (wanted) refuse('/x-dsf/trends', 'expected x-dsf.eventTime for trends')
    return undefined
  }
  const { window, watermark } = wanted ?? trends.parse({})
  const fallback = eventTime.type === 'date' ? units.day : units.hour
  return { windowSeconds: window ?? fallback, watermarkSeconds: watermark }
}

/** What trends are of: the numbers of a dataset, but for its place. */
export function trendFields({ fields, geo }: Dataset): Field[] {
  const isPlace = (field: Field) => field === geo?.latitude || field === geo?.longitude
  return fields.filter((field) => (field.type === 'integer' || field.type === 'number') && !isPlace(field))
}
