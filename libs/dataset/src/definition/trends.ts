import { z } from 'zod'

/** in seconds */
export const units = { minute: 60, hour: 3600, day: 86_400 }
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
    .prefault('365 days')
    .describe('how far an event may lie behind the latest one and still count'),
})

export type TrendsDefinition = z.infer<typeof trends>

/** Windows of event time, aligned to 1970-01-01T00:00Z. */
export interface Trends {
  windowSeconds: number
  watermarkSeconds: number
}

function secondsOf(text: string): number {
  const [count, unit] = text.split(' ') as [string, string]
  return Number(count) * units[unit.replace(/s$/, '') as keyof typeof units]
}
