import { z } from 'zod'

/**
 * The authored form of a dashboard: each panel names its kind by its first word. What is left out has a default, and a
 * dataset without any of it gets panels by the types of its fields.
 */
const functions = z.enum(['count', 'sum', 'average', 'min', 'max', 'median', 'distinct'])
const title = z.string().min(1).optional()
const field = z.string().min(1)

const panel = z.union(
  [
    z.strictObject({ metric: functions, of: field.optional(), title }),
    z.strictObject({
      trend: functions,
      of: field.optional(),
      by: z.enum(['1h', '1d', '7d', '30d']).default('1d'),
      split: field.optional(),
      shape: z.enum(['line', 'bar', 'area']).default('line'),
      title,
    }),
    z.strictObject({
      histogram: field,
      interval: z.number().positive(),
      scale: z.enum(['linear', 'log']).default('linear'),
      title,
    }),
    z.strictObject({
      grid: z.tuple([field, field]),
      intervals: z.tuple([z.number().positive(), z.number().positive()]),
      title,
    }),
    z.strictObject({
      top: field,
      size: z.number().int().min(1).max(50).default(10),
      with: z.array(z.strictObject({ metric: functions, of: field.optional() })).default([]),
      shape: z.enum(['bar', 'table']).default('bar'),
      title,
    }),
    z.strictObject({
      map: z.strictObject({
        size: field.optional(),
        color: field.optional(),
        show: z.array(field).default([]),
        limit: z.number().int().min(1).max(10_000).default(2000),
      }),
      title,
    }),
    z.strictObject({
      table: z.array(field).min(1),
      sort: field.optional(),
      rows: z.number().int().min(1).max(100).default(10),
      title,
    }),
  ],
  'expected one of metric, trend, histogram, grid, top, map or table, with its words (docs/dashboards.md)',
)

export const dashboard = z.strictObject({
  panels: z.array(panel).min(1),
  filters: z.array(field).optional().describe('fields offered as filters; the type field when left out'),
  from: z.string().optional().describe("the time range that is shown first, in Elasticsearch's date math"),
  to: z.string().optional(),
})

export type DashboardDefinition = z.infer<typeof dashboard>
export type PanelDefinition = DashboardDefinition['panels'][number]
