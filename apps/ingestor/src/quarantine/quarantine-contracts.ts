import { numberIn, type Contract } from '@dsf/stage'
import { z } from 'zod'
import { datasetName, idempotency, run } from '../runs/runs-contracts.ts'

/** What the calls of the quarantine take and give. */

const word = z.string().min(1).max(1000)
const selection = z.strictObject({ stage: word.optional(), code: word.optional(), run: word.optional() })

const places = z
  .string()
  .regex(/^\d{1,15}(\.\d{1,15}){0,63}$/, 'expected what `next` of the page before says')

const ofDataset = { path: z.object({ dataset: datasetName }) }
const unusable = {
  404: 'no dataset has this name; the answer lists those that are there',
  422: 'the definition of the dataset cannot be used',
  503: 'the ingestor is still starting, Kafka is away, or the quarantine could not be read in time',
}

const row = z.object({
  id: z.string().describe('its place, <lane>-<offset>'),
  runId: z.string(),
  row: z.int(),
  stage: z.string(),
  key: z.string(),
  reasons: z.array(z.object({ field: z.string().nullable(), code: z.string(), message: z.string() })),
  content: z.string().describe('what its bytes are: csv, avro or json'),
})

export const countRows = {
  summary: 'How many rows are refused now, for each reason',
  ...ofDataset,
  answers: {
    200: z.object({
      counts: z.array(
        z.object({
          stage: z.string(),
          code: z.string(),
          open: z.int().describe('refused now; a row with several reasons counts for each'),
          replayed: z.int().describe('taken by a replay, and not refused again'),
        }),
      ),
      complete: z.boolean().describe('whether all of it is counted; the rest is counted behind the answer'),
      read: z.int().describe('places of the topic that are counted'),
      size: z.int().describe('places of the topic'),
      approximate: z.boolean().describe('whether a row that was refused often may count more than once'),
    }),
  },
  problems: unusable,
} satisfies Contract

export const listRows = {
  summary: 'Rows that are refused now, the last one first',
  ...ofDataset,
  query: selection.extend({ limit: numberIn(1, 1000, 100), cursor: places.optional() }),
  answers: {
    200: z.object({ rows: z.array(row), next: z.string().optional().describe('cursor of the next page') }),
  },
  problems: { ...unusable, 422: 'the definition cannot be used, or the cursor is one of another dataset' },
} satisfies Contract

export const showRow = {
  summary: 'A row with its original bytes',
  path: z.object({ dataset: datasetName, id: z.string().min(1).max(100) }),
  answers: {
    200: row.extend({
      replayed: z.boolean(),
      bytes: z.base64(),
      text: z.string().optional().describe('the bytes, where they are a text'),
      record: z.record(z.string(), z.unknown()).optional().describe('the bytes, where they are a record'),
    }),
  },
  problems: { ...unusable, 404: 'no dataset has this name, or no row of it this place' },
} satisfies Contract

/** What a replay does, or would do. Who asks for one again with its key hears of its run alone. */
export type ReplayAnswer = z.input<typeof replayAnswer>

const replayAnswer = z.object({
  selected: z
    .int()
    .optional()
    .describe('left out, as all but the run, for a replay that was asked for before'),
  skipped: z.record(z.string(), z.int()).optional().describe('rows that cannot be replayed, by reason'),
  run: run.optional().describe('the run that replays the rows, if there are some'),
  objects: z.array(z.string()).optional().describe('those whose documents the indexer reads again'),
})

/** 200 for a dry run. */
export const replayRows = {
  summary: 'Let refused rows through again, as a run of its own',
  ...ofDataset,
  headers: idempotency,
  body: selection
    .extend({
      dryRun: z.boolean().default(false).describe('only says what it would do'),
      force: z.boolean().default(false).describe('of a dataset without a version field too'),
    })
    .default({ dryRun: false, force: false }),
  answers: { 200: replayAnswer, 202: replayAnswer },
  problems: {
    ...unusable,
    422: 'the definition cannot be used, the key was used for something else, or old content could replace new',
    429: 'too many runs of the dataset wait already',
  },
} satisfies Contract
