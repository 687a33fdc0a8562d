import { z } from 'zod'
import type { Dataset, Field } from './dataset.ts'
import type { Refuse } from './errors.ts'

const units = { minute: 60, hour: 3600, day: 86_400 }
const duration = z
  .string()
  .regex(/^[1-9]\d{0,5} (minute|hour|day)s?$/, 'expected a number of minutes, hours or days, as in "6 hours"')
  .transform(secondsOf)

/** The authored form of `x-dsf.trends`. */
export const trends = z.strictObject({
  window: duration
    .optional()
    .describe('of event time; an hour when left out, a day for an event time of days'),
  watermark: duration
    .default(secondsOf('365 days'))
    .describe('how far an event may lie behind the latest one and still count'),
})

export type TrendsDefinition = z.infer<typeof trends>

/** Windows of event time, aligned to 1970-01-01T00:00Z. */
export interface Trends {
  windowSeconds: number
  watermarkSeconds: number
}

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

function secondsOf(text: string): number {
  const [count, unit] = text.split(' ') as [string, string]
  return Number(count) * units[unit.replace(/s$/, '') as keyof typeof units]
}
