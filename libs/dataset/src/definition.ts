import { z } from 'zod'

/**
 * The authored form of a dataset: a Frictionless Data Package v2 with one CSV resource, and under `x-dsf` what
 * Frictionless has no word for. Unknown keys are refused inside `x-dsf` (a typo there would silently change data) and
 * tolerated elsewhere (the standard allows extra properties).
 */

const name = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, starting with a letter')

const fieldExtension = z.strictObject({
  trim: z.boolean().default(true).describe('remove white space around the cell before anything else'),
  case: z.enum(['keep', 'lower', 'upper']).default('keep'),
  default: z.union([z.string(), z.number(), z.boolean()]).optional().describe('the value of a missing cell'),
  search: z.enum(['keyword', 'text']).default('keyword').describe('how Elasticsearch indexes a string'),
})

const constraints = z.object({
  required: z.boolean().optional(),
  unique: z.boolean().optional(),
  minLength: z.number().int().min(0).optional(),
  maxLength: z.number().int().min(0).optional(),
  minimum: z.union([z.number(), z.string()]).optional(),
  maximum: z.union([z.number(), z.string()]).optional(),
  exclusiveMinimum: z.union([z.number(), z.string()]).optional(),
  exclusiveMaximum: z.union([z.number(), z.string()]).optional(),
  pattern: z.string().optional(),
  enum: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1).optional(),
})

const field = z.looseObject({
  name: z.string().min(1),
  type: z.enum(['string', 'integer', 'number', 'boolean', 'date', 'datetime']),
  format: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  unit: z.string().optional().describe('UCUM code'),
  constraints: constraints.default({}),
  missingValues: z.array(z.string()).optional(),
  trueValues: z.array(z.string()).default(['true', 'True', 'TRUE', '1']),
  falseValues: z.array(z.string()).default(['false', 'False', 'FALSE', '0']),
  'x-dsf': fieldExtension.prefault({}),
})

const computedField = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a letter or underscore, then letters, digits, underscores'),
  type: z.enum(['string', 'integer', 'number', 'boolean']),
  expression: z.string().min(1).describe('CEL over the fields; numbers are double, times are milliseconds since 1970'),
  title: z.string().optional(),
  unit: z.string().optional(),
})

const source = z.strictObject({
  url: z.string().optional().describe('where the file is published: http(s):// or file://'),
  maxBytes: z.number().int().positive().default(4 * 2 ** 30).describe('decompressed bytes of one file at most'),
  maxRowBytes: z.number().int().positive().default(65_536),
})

const sinks = z.strictObject({
  lake: z
    .strictObject({
      format: z.enum(['parquet', 'jsonl']).default('parquet'),
      compression: z.enum(['zstd', 'snappy']).default('zstd'),
    })
    .prefault({}),
  chunk: z
    .strictObject({
      records: z.number().int().positive().default(25_000),
      bytes: z.number().int().positive().default(16 * 2 ** 20),
    })
    .prefault({})
    .describe('an object closes on this many records or Avro bytes of a lane, or on a receipt'),
})

const simulate = z.strictObject({
  share: z.number().min(0).max(1).describe('share of the keys that get a simulated twin'),
  seed: z.number().int().default(1),
  jitter: z.record(z.string(), z.number().positive()).default({}).describe('field: half-width of the uniform noise'),
})

const extension = z.strictObject({
  lanes: z.number().int().min(1).max(64).default(4),
  source: source.prefault({}),
  version: z.string().optional().describe('field that grows with each revision of a key'),
  eventTime: z.string().optional(),
  type: z.string().optional().describe('field whose value becomes type= in object keys'),
  geo: z.strictObject({ latitude: z.string(), longitude: z.string() }).optional(),
  computed: z.array(computedField).default([]),
  simulate: simulate.optional(),
  sinks: sinks.prefault({}),
  retentionDays: z.number().int().positive().default(7).describe('of the topics between the stages'),
  dashboard: z.unknown().optional(),
  anomalies: z.unknown().optional(),
})

const resource = z.looseObject({
  name: z.string().min(1),
  path: z.string().min(1),
  encoding: z.enum(['utf-8', 'UTF-8']).default('utf-8'),
  dialect: z
    .looseObject({
      delimiter: z.string().length(1).default(','),
      quoteChar: z.string().length(1).default('"'),
      header: z.literal(true).default(true),
    })
    .prefault({}),
  schema: z.looseObject({
    fields: z.array(field).min(1),
    fieldsMatch: z.enum(['exact', 'equal', 'subset', 'superset', 'partial']).default('exact'),
    primaryKey: z.union([z.string().transform((key) => [key]), z.array(z.string()).min(1)]),
    missingValues: z.array(z.string()).default(['']),
  }),
})

export const definition = z.looseObject({
  name,
  version: z.string().default('0.0.0'),
  title: z.string().optional(),
  description: z.string().optional(),
  resources: z.array(resource).length(1),
  'x-dsf': extension.prefault({}),
})

export type Definition = z.infer<typeof definition>
export type DefinedField = z.infer<typeof field>
export type ComputedField = z.infer<typeof computedField>
