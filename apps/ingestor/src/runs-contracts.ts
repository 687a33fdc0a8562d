import type { Contract } from '@dsf/stage'
import { z } from 'zod'

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

export const run = z.object({
  runId: z.string(),
  dataset: z.string(),
  source: z.string(),
  state: z.enum(['queued', 'running', 'succeeded', 'failed']),
  reason: z.string().optional(),
  rows: z.int().describe('published so far'),
  landing: z.object({ key: z.string(), bytes: z.int(), sha256: z.string() }).optional(),
})

export const startRun = {
  summary: 'Start a run: import a source of a dataset',
  headers: idempotency,
  body: z.strictObject({
    dataset: datasetName,
    source: z.string().min(1).max(8000).optional().describe("URL of a CSV, instead of the definition's"),
  }),
  answers: { 202: run.extend({ statusUrl: z.string() }) },
  problems: {
    404: 'no dataset has this name; the answer lists those that are there',
    422: 'the source is refused or missing, the key was used for another source, or the definition cannot be used',
    503: 'the ingestor is still starting',
  },
} satisfies Contract

export const findRun = {
  summary: 'A run, as far as the ingestor has come with it',
  path: z.object({ runId: z.string().min(1).max(100) }),
  answers: { 200: run },
  problems: { 404: 'no run has this id' },
} satisfies Contract
