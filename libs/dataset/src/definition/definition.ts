import { z } from 'zod'
import { encodingLabel } from './encodings.ts'
import { anomalies } from './anomalies.ts'
import { dashboard } from './dashboard.ts'
import { dialect } from './dialect.ts'
import { largestChunk, longestRetentionDays, mostPartitions } from './limits.ts'
import { reading } from './reading.ts'
import { source } from './source.ts'
import { locales } from '../times/time-words.ts'
import { trends } from './trends.ts'

/**
 * The authored form of a dataset: a Frictionless Data Package v2 with one CSV resource, and under `x-dsf` what
 * Frictionless has no word for. Unknown keys are refused inside `x-dsf`, where a typo would silently change data; which
 * others are, `unknown-words.ts` says. Patterns are written so that Python takes them for the same (definition-shape.ts).
 */

export const datasetName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and dashes, starting with a letter')
  .regex(/^(?!.*-v[0-9]+$)/, 'expected no version at the end, the index names carry one')
  // our indices are `dsf-pipeline` and `dsf-trends`, once also `dsf-receipts`, and a dataset's template is `dsf-<dataset>`
  .regex(
    /^(?!(dsf(-.*)?|receipts|pipeline|trends)$)/,
    'is a name of our own: indices, templates and dashboards have it',
  )

const notRead = (expected: string) => ({ error: expected })

/** The tokens of a field that says none. */
export const usualTokens = {
  trueValues: ['true', 'True', 'TRUE', '1'],
  falseValues: ['false', 'False', 'FALSE', '0'],
}

const bound = z.union([z.number(), z.string()], 'expected a number or a text').optional()
const scalar = z.union([z.string(), z.number(), z.boolean()], 'expected a text, a number or a boolean')

const columnName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected a letter or underscore, then letters, digits, underscores')

const withoutNul = z.string().regex(/^[^\0]*$/, 'expected a text without NUL, which no header can hold')

const fieldExtension = z.strictObject({
  trim: z.boolean().default(true).describe('remove white space around the cell before anything else'),
  case: z.enum(['keep', 'lower', 'upper']).default('keep'),
  default: scalar.optional().describe('the value of a missing cell'),
  search: z.enum(['keyword', 'text']).default('keyword').describe('how Elasticsearch indexes a string'),
  column: columnName
    .optional()
    .describe("the column's name, where the one that is made of `name` cannot be used"),
  header: withoutNul
    .optional()
    .describe(
      "the column's name in the file's header, where that is empty, there twice, or not wanted as `name`",
    ),
  rowNumber: z
    .literal(true)
    .optional()
    .describe('the file has no column of it: it is the number of the row in its file, as a part of the key'),
  locale: z.enum(locales).optional().describe('of the names of months, weekdays and halves of a day'),
  zone: z
    .string()
    .regex(
      /^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/,
      'expected a time zone by name, as "Europe/Berlin"',
    )
    .optional()
    .describe('of times that do not say theirs'),
  oddHours: z
    .enum(['earlier', 'later'])
    .optional()
    .describe('which instant a time is that is twice, or not at all, where the clock changes'),
})

/** Closed like `x-dsf`: a constraint that nobody checks would be a promise. */
const constraints = z.strictObject({
  required: z.boolean().optional(),
  unique: z.boolean().optional(),
  minLength: z.number().int().min(0).optional(),
  maxLength: z.number().int().min(0).optional(),
  minimum: bound,
  maximum: bound,
  exclusiveMinimum: bound,
  exclusiveMaximum: bound,
  pattern: z.string().optional(),
  enum: z.array(scalar).min(1).optional(),
})

const field = z.looseObject({
  name: withoutNul.min(1),
  type: z.enum(['string', 'integer', 'number', 'boolean', 'date', 'datetime']),
  format: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  unit: z.string().optional().describe('UCUM code'),
  constraints: constraints.default({}),
  decimalChar: z.enum(['.', ','], notRead('expected "." or ","')).default('.'),
  groupChar: z
    .string()
    .regex(/^[ ,.'_\u00a0\u2009\u202f\u2019]$/, "expected a blank, or one of , . ' _ ’")
    .optional(),
  bareNumber: z.boolean().optional(),
  missingValues: z.array(z.string()).optional(),
  trueValues: z.array(z.string()).default(usualTokens.trueValues),
  falseValues: z.array(z.string()).default(usualTokens.falseValues),
  'x-dsf': fieldExtension.prefault({}),
})

const computedField = z.strictObject({
  name: columnName,
  type: z.enum(['string', 'integer', 'number', 'boolean']),
  expression: z
    .string()
    .min(1)
    .describe('CEL over the fields; numbers are double, datetimes milliseconds and dates days since 1970'),
  title: z.string().optional(),
  unit: z.string().optional(),
})

const sinks = z.strictObject({
  lake: z
    .strictObject({
      format: z.enum(['parquet', 'jsonl']).default('parquet'),
      compression: z.enum(['zstd', 'snappy']).default('zstd'),
      period: z
        .enum(['day', 'month', 'year'])
        .default('day')
        .describe('what one dt= holds, named by its first day; longer where a day has few rows'),
      partitions: z
        .number()
        .int()
        .positive()
        .max(mostPartitions)
        .default(1000)
        .describe(
          'objects that a chunk becomes at most; rows of any more go to quarantine, and their run has failed',
        ),
    })
    .prefault({}),
  chunk: z
    .strictObject({
      records: z.number().int().positive().max(largestChunk.records).default(25_000),
      bytes: z
        .number()
        .int()
        .positive()
        .max(largestChunk.bytes)
        .default(16 * 2 ** 20),
    })
    .prefault({})
    .describe('an object closes on this many records or Avro bytes of a lane, or on a receipt'),
})

const simulate = z.strictObject({
  share: z.number().min(0).max(1).describe('share of the keys that get a simulated twin'),
  seed: z.number().int().default(1),
  jitter: z
    .record(z.string(), z.number().positive())
    .default({})
    .describe('field: half-width of the uniform noise'),
})

const extension = z.strictObject({
  lanes: z.number().int().min(1).max(64).default(4),
  source: source.prefault({}),
  reading: reading.optional(),
  version: z.string().optional().describe('field that grows with each revision of a key'),
  eventTime: z.string().optional(),
  type: z.string().optional().describe('field whose value becomes type= in object keys'),
  key: z
    .literal('row', notRead('expected "row"'))
    .optional()
    .describe('instead of a primary key: rows are the same row when all their fields are equal'),
  geo: z.strictObject({ latitude: z.string(), longitude: z.string() }).optional(),
  computed: z.array(computedField).default([]),
  simulate: simulate.optional(),
  sinks: sinks.prefault({}),
  retentionDays: z
    .number()
    .int()
    .positive()
    .max(longestRetentionDays)
    .default(7)
    .describe('of the topics between the stages'),
  dashboard: dashboard.optional(),
  trends: trends.optional(),
  anomalies: anomalies.prefault({}),
})

const resource = z.looseObject({
  name: z.string().min(1),
  path: z.string().min(1),
  type: z.literal('table').optional(),
  format: z.literal('csv', notRead('expected "csv", no other format is read')).optional(),
  mediatype: z
    .string()
    .regex(/^text\/csv(; ?charset=utf-8)?$/i, 'expected "text/csv", no other format is read')
    .optional(),
  compression: z
    .enum(
      ['gz', 'gzip', 'zst', 'zstd', 'bz2', 'bzip2', 'br', 'deflate', 'zip'],
      notRead(
        'expected "gz", "zst", "bz2", "br", "deflate" or "zip"; all but "br" and "deflate" are recognised by themselves',
      ),
    )
    .optional(),
  innerpath: z
    .string()
    .regex(
      /^(?!\/)[^\\\0]{1,1000}$/,
      'expected the path of a file in a zip archive, in which * is anything but a slash',
    )
    .optional(),
  encoding: z
    .string()
    .regex(
      encodingLabel,
      'expected "utf-8", "utf-16", "windows-1252", or another encoding of docs/dataset.md',
    )
    .default('utf-8'),
  dialect: dialect.prefault({}),
  schema: z.looseObject({
    fields: z.array(field).min(1),
    fieldsMatch: z.enum(['exact', 'equal', 'subset', 'superset', 'partial']).default('exact'),
    primaryKey: z
      .union(
        [z.string().transform((key) => [key]), z.array(z.string()).min(1)],
        'expected the name of a field, or a list of them',
      )
      .optional(),
    missingValues: z.array(z.string()).default(['']),
  }),
})

export const definition = z.looseObject({
  name: datasetName,
  version: z.string().default('0.0.0'),
  title: z.string().optional(),
  description: z.string().optional(),
  resources: z.array(resource).length(1),
  'x-dsf': extension.prefault({}),
})

export type Definition = z.infer<typeof definition>
export type DefinedField = z.infer<typeof field>
export type ComputedField = z.infer<typeof computedField>
