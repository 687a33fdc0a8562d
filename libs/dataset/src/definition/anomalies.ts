import { z } from 'zod'

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
