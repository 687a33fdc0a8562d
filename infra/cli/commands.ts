/** What can be asked, as noun and verb, and what it is over HTTP. */
import { lookAt, nowAndThen, untilEnded, type Ends, type Run } from '../local/follow-run.ts'
import { sourceUrl } from '../local/run-client.ts'
import { ask } from './ask.ts'
import { countRows, listRows } from './quarantine.ts'

export interface Options {
  stage?: string
  code?: string
  run?: string
  limit?: string
  cursor?: string
  key?: string
  source?: string
  timeout: string
  dryRun: boolean
  force: boolean
  wait: boolean
}

export interface Command {
  /** what stands behind noun and verb */
  subjects: string[]
  run: (ends: Ends, subjects: string[], options: Options) => Promise<unknown>
  /** the list in an answer, which a table shows; the answer itself when it is left out */
  rows?: string
}

export const usage = `dsf dataset check      <folder of a dataset, or of datasets>
dsf runs start         <dataset> [--source url or file] [--key k] [--wait]
dsf runs show          <run id>
dsf quarantine count   <dataset>
dsf quarantine list    <dataset> [--stage s] [--code c] [--run id] [--limit n] [--cursor c]
dsf quarantine show    <dataset> <id>
dsf quarantine replay  <dataset> [--stage s] [--code c] [--run id] [--dry-run] [--wait] [--key k] [--force]

--wait                 until the end, which is the receipt; --timeout 900 are the seconds
-o table|json|jsonl    how to print it (table)
--url, --indexer-url   of the ingestor and the indexer; else INGESTOR_URL and INDEXER_URL, else the local stack`

const selectionOf = ({ stage, code, run }: Options) => ({
  ...(stage ? { stage } : {}),
  ...(code ? { code } : {}),
  ...(run ? { run } : {}),
})
/** An empty one is sent too: the ingestor says what is wrong with it. */
const keyed = ({ key }: Options): Record<string, string> =>
  key === undefined ? {} : { 'idempotency-key': key }

export const commands: Record<string, Command> = {
  'quarantine count': {
    subjects: ['a dataset'],
    rows: 'counts',
    run: ({ ingestor }, [dataset]) => countRows(ingestor, dataset!),
  },
  'quarantine list': {
    subjects: ['a dataset'],
    rows: 'rows',
    run: async ({ ingestor }, [dataset], options) => {
      const { limit, cursor } = options
      const page = await listRows(ingestor, dataset!, {
        ...selectionOf(options),
        ...(limit ? { limit } : {}),
        ...(cursor ? { cursor } : {}),
      })
      if (page.next) process.stderr.write(`older rows: --cursor ${page.next}\n`)
      return page
    },
  },
  'quarantine show': {
    subjects: ['a dataset', 'the id of a row'],
    run: ({ ingestor }, [dataset, id]) =>
      ask(ingestor, `/v1/quarantine/${dataset}/rows/${encodeURIComponent(id!)}`),
  },
  'quarantine replay': {
    subjects: ['a dataset'],
    run: async (ends, [dataset], options) => {
      const { dryRun, force } = options
      const body = { ...selectionOf(options), dryRun, force }
      const path = `/v1/quarantine/${dataset}/replays`
      const answer = await ask<{ run?: Run }>(ends.ingestor, path, body, keyed(options))
      return answer.run && options.wait
        ? { ...answer, run: await finished(ends, answer.run, options) }
        : answer
    },
  },
  'runs start': {
    subjects: ['a dataset'],
    run: async (ends, [dataset], options) => {
      const body = { dataset, ...(options.source ? { source: sourceUrl(options.source) } : {}) }
      const run = await ask<Run>(ends.ingestor, '/v1/runs', body, keyed(options))
      return options.wait ? finished(ends, run, options) : run
    },
  },
  'runs show': {
    subjects: ['the id of a run'],
    run: (ends, [id]) => lookAt(ends, id!),
  },
  'dataset check': {
    subjects: ['a folder'],
    rows: 'datasets',
    run: async (_, [folder]) => ({ datasets: (await import('./check-datasets.ts')).checkDatasets(folder!) }),
  },
}

/** @throws Error with the reason when the run failed, or when the time is over */
async function finished(ends: Ends, { runId }: Run, { timeout }: Options): Promise<Run> {
  const tell = nowAndThen(10, (seen) => process.stderr.write(`run ${runId}: ${seen}\n`))
  const run = await untilEnded(ends, runId, { seconds: Number(timeout), pauseMs: 250, tell })
  if (run.state === 'failed') throw new Error(`run ${runId} failed: ${run.reason}`)
  return run
}
