import { numberIn, secondsUpTo, type Contract } from '@dsf/stage'
import { z } from 'zod'
import { runStates } from '../importing/run.ts'
import { samenesses } from '../sources/source-client.ts'

/** What the calls of runs take and give. */

export const datasetName = z.string().min(1).max(100)

export const idempotency = z.object({
  'idempotency-key': z
    .string()
    .max(1000)
    .regex(/\S/, 'is empty; leave it out for a run of its own, or give the request a name')
    .optional()
    .describe('the same key is the same run; without one each request is a new run'),
})

const time = z.iso.datetime()
const word = z.string().nullish()
const names = z.array(z.string())

export const run = z.object({
  runId: z.string(),
  dataset: z.string(),
  type: z.enum(['import', 'replay']),
  source: z.string().optional().describe('of an import, without its credentials'),
  selection: z.object({ stage: word, code: word, run: word }).optional().describe('of a replay'),
  state: z.enum(runStates),
  reason: z.string().optional(),
  times: z
    .object({
      requested: time,
      fetching: time,
      publishing: time,
      processing: time,
      cancel: time,
      ended: time,
    })
    .partial()
    .describe('when it came into a state'),
  fetched: z.object({ bytes: z.int(), bytesPerSecond: z.int().optional() }).describe('of its source so far'),
  address: z.string().optional().describe('what a source with a date or a pattern in it became'),
  waiting: z.int().optional().describe('new files of its pattern behind this one, when it looked'),
  next: z.string().optional().describe('the run that reads the first of them, which this one asked for'),
  unchanged: z
    .object({ since: z.string(), by: z.enum(samenesses) })
    .optional()
    .describe('of an import whose file was the one of a run before, which brought its rows: none were read'),
  landing: z.object({ key: z.string(), bytes: z.int(), sha256: z.string() }).optional(),
  encoding: z.string().optional().describe('that the file was read in, where that is not UTF-8'),
  drift: z
    .object({
      since: z.string().describe('the run that first had the header before'),
      added: names,
      gone: names,
      renamed: z.array(z.object({ from: z.string(), to: z.string() })),
      reordered: z.boolean(),
      done: z.enum(['taken', 'refused']),
    })
    .optional()
    .describe('how the header differs from the one that was taken before'),
  tolerated: z
    .record(z.string(), z.int())
    .optional()
    .describe('rows and lines that the definition lets pass, by what it lets pass'),
  findings: z.array(z.string()).optional().describe('what of these is worth a look, in sentences'),
  rows: z.int().describe('published so far'),
  closed: z.int().describe('receipts that arrived'),
  expected: z.int().describe('receipts: one for each lane and route'),
  counters: z.record(z.string(), z.int()).describe('what the receipts count'),
  statusUrl: z.string(),
})

const theRun = { path: z.object({ runId: z.string().min(1).max(100) }) }
const unknown = { 404: 'no run has this id' }

export const startRun = {
  summary: 'Start a run: import a source of a dataset',
  headers: idempotency,
  body: z.strictObject({
    dataset: datasetName,
    source: z.string().min(1).max(8000).optional().describe("URL of a CSV, instead of the definition's"),
    force: z.boolean().default(false).describe('reads the file although it did not change'),
  }),
  answers: { 202: run },
  problems: {
    404: 'no dataset has this name; the answer lists those that are there',
    422: 'the source is refused or missing, the key was used for another source or another force, or the definition cannot be used',
    429: 'too many runs of the dataset wait already',
    503: 'the ingestor is still starting, or Kafka is away',
  },
} satisfies Contract

export const listRuns = {
  summary: 'Runs, newest first',
  query: z.strictObject({
    dataset: datasetName.optional(),
    state: z.enum(runStates).optional(),
    limit: numberIn(1, 500, 50),
    cursor: z
      .string()
      .regex(/^\d{1,15}\.[0-9a-f]{32}$/, 'expected what `next` of another page says')
      .optional(),
  }),
  answers: { 200: z.object({ runs: z.array(run), next: z.string().optional() }) },
} satisfies Contract

export const findRun = {
  summary: 'A run as it is, or as it ended if that is within `wait` seconds',
  ...theRun,
  query: z.strictObject({ wait: secondsUpTo(60) }),
  answers: { 200: run },
  problems: unknown,
} satisfies Contract

/** 202 when whoever works at it has not answered within some seconds. */
export const cancelRun = {
  summary: 'Cancel a run at its next transaction',
  ...theRun,
  answers: { 200: run, 202: run },
  problems: {
    ...unknown,
    409: 'the run is over, or its dataset is not there any more',
    503: 'the ingestor is still starting, or Kafka is away',
  },
} satisfies Contract
