/** What can be asked, as noun and verb, and what it is over HTTP. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './ask.ts'

export interface Options {
  stage?: string
  code?: string
  run?: string
  limit?: string
  key?: string
  source?: string
  dryRun: boolean
  force: boolean
  wait: boolean
}

export interface Command {
  /** what stands behind noun and verb */
  subjects: string[]
  run: (url: string, subjects: string[], options: Options) => Promise<unknown>
  /** the list in an answer, which a table shows; the answer itself when it is left out */
  rows?: string
}

export const usage = `dsf quarantine count  <dataset>
dsf quarantine list   <dataset> [--stage s] [--code c] [--run id] [--limit n]
dsf quarantine show   <dataset> <id>
dsf quarantine replay <dataset> [--stage s] [--code c] [--run id] [--dry-run] [--wait] [--key k] [--force]
dsf runs start        <dataset> [--source url] [--key k] [--wait]
dsf runs show         <run id>

-o table|json|jsonl   how to print it (table)
--url                 of the ingestor; else INGESTOR_URL, else the local stack`

const selectionOf = ({ stage, code, run }: Options) => ({
  ...(stage ? { stage } : {}),
  ...(code ? { code } : {}),
  ...(run ? { run } : {}),
})
const keyed = ({ key }: Options): Record<string, string> => (key ? { 'idempotency-key': key } : {})

interface Run {
  runId: string
  state: string
  reason?: string
}

export const commands: Record<string, Command> = {
  'quarantine count': {
    subjects: ['a dataset'],
    rows: 'counts',
    run: (url, [dataset]) => ask(url, `/v1/quarantine/${dataset}`),
  },
  'quarantine list': {
    subjects: ['a dataset'],
    rows: 'rows',
    run: (url, [dataset], options) => {
      const query = new URLSearchParams({
        ...selectionOf(options),
        ...(options.limit ? { limit: options.limit } : {}),
      })
      return ask(url, `/v1/quarantine/${dataset}/rows?${query}`)
    },
  },
  'quarantine show': {
    subjects: ['a dataset', 'the id of a row'],
    run: (url, [dataset, id]) => ask(url, `/v1/quarantine/${dataset}/rows/${encodeURIComponent(id!)}`),
  },
  'quarantine replay': {
    subjects: ['a dataset'],
    run: async (url, [dataset], options) => {
      const { dryRun, force } = options
      const body = { ...selectionOf(options), dryRun, force }
      const answer = await ask<{ run?: Run }>(url, `/v1/quarantine/${dataset}/replays`, body, keyed(options))
      return answer.run && options.wait ? { ...answer, run: await finished(url, answer.run) } : answer
    },
  },
  'runs start': {
    subjects: ['a dataset'],
    run: async (url, [dataset], options) => {
      const body = { dataset, ...(options.source ? { source: options.source } : {}) }
      const run = await ask<Run>(url, '/v1/runs', body, keyed(options))
      return options.wait ? finished(url, run) : run
    },
  },
  'runs show': {
    subjects: ['the id of a run'],
    run: (url, [id]) => ask(url, `/v1/runs/${encodeURIComponent(id!)}`),
  },
}

/** @throws Error with the reason when the run failed */
async function finished(url: string, { runId }: Run): Promise<Run> {
  for (;;) {
    const run = await ask<Run>(url, `/v1/runs/${runId}`)
    if (run.state === 'failed') throw new Error(`run ${runId} failed: ${run.reason}`)
    if (run.state === 'succeeded') return run
    await sleep(250)
  }
}
