import { z } from 'zod'
import type { Dataset } from './dataset.ts'
import type { Refuse } from './errors.ts'

const count = z.number().int().min(0)
const share = z.number().min(0).max(1)

/** The authored form of `x-dsf.anomalies`: what a finished run must look like not to be worth an alert. */
export const anomalies = z.strictObject({
  history: z.number().int().min(1).default(24).describe('succeeded runs that a run is compared with'),
  rows: z
    .strictObject({
      minimum: count.default(1),
      maximum: count.optional(),
      change: z.number().gt(1).default(3).describe("factor, up or down, against the history's median"),
    })
    .prefault({}),
  quarantined: z.strictObject({ maximum: share.default(0.05).describe('share of the rows') }).prefault({}),
  nulls: z
    .strictObject({
      change: share
        .default(0.2)
        .describe("difference of a field's null share to the history's median, as a share"),
      fields: z.record(z.string(), share).default({}).describe('field: highest share of nulls'),
    })
    .prefault({}),
  values: z
    .record(z.string(), z.strictObject({ minimum: z.number().optional(), maximum: z.number().optional() }))
    .default({})
    .describe('field: bounds of clean values'),
})

export type Anomalies = z.infer<typeof anomalies>

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
