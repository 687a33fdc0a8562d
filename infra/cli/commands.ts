/** What can be asked, as noun and verb, and what it is over HTTP. */
import { ask, type Api } from '../client/http.ts'
import {
  cancelRun,
  followRun,
  followRuns,
  getRun,
  keyed,
  listRuns,
  nowAndThen,
  startRun,
  type Run,
  type Waiting,
} from '../client/runs.ts'
import { sourceUrl } from '../local/run-client.ts'
import { countRows, listRows, quarantineOf } from './quarantine.ts'
import { kafkaCommands, kafkaRights, policyOf, programOf, roleOf, type RightsOptions } from './rights.ts'
import { listTopics, topicCommands, type TopicOptions } from './topics.ts'
import type { TriedRow } from './try-file.ts'

export interface Options extends RightsOptions, TopicOptions {
  stage?: string
  code?: string
  run?: string
  state?: string
  dataset?: string
  limit?: string
  cursor?: string
  key?: string
  source?: string
  name?: string
  into?: string
  dry: boolean
  timeout: string
  dryRun: boolean
  force: boolean
  wait: boolean
}

export interface Command {
  /** what stands behind noun and verb */
  subjects: string[]
  /** the answer, or several, each as soon as it is there */
  run: (api: Api, subjects: string[], options: Options) => Promise<unknown>
  /** the list in an answer, which a table shows; the answer itself when it is left out */
  rows?: string
  /** what people get in place of a table */
  text?: (answer: never) => string
}

export const usage = `dsf dataset init       <url or file> [--name n] [--into folder] [--dry] [--force]
dsf dataset check      <folder of a dataset, or of datasets>
dsf dataset try        <file> [--dataset its folder] [--state clean|duplicate|refused] [--limit n]
dsf runs start         <dataset> [--source url or file] [--key k] [--force] [--wait]
dsf runs show          <run id>
dsf runs list          [--dataset name] [--state s] [--limit n] [--cursor c]
dsf runs cancel        <run id>
dsf quarantine count   <dataset>
dsf quarantine list    <dataset> [--stage s] [--code c] [--run id] [--limit n] [--cursor c]
dsf quarantine show    <dataset> <id>
dsf quarantine replay  <dataset> [--stage s] [--code c] [--run id] [--dry-run] [--wait] [--key k] [--force]
dsf topics list        <folder of datasets> [--prefix p] [--replicas n] [--min-insync n]
dsf rights kafka       <program> [--datasets folder] [--prefix p] [--principal name] [--create]
dsf rights s3          <program> [--datasets folder] [--bucket b] [--create]
dsf rights elasticsearch <program> [--datasets folder] [--index-prefix p]

--wait                 until the run is over, and those of the other new files of its pattern; --timeout 900 are the seconds for each
-o table|json|jsonl    how to print it (table)
--url                  of the ingestor; else INGESTOR_URL, else the local stack`

const selectionOf = ({ stage, code, run }: Options) => ({
  ...(stage ? { stage } : {}),
  ...(code ? { code } : {}),
  ...(run ? { run } : {}),
})
/** Those of the options that were given. */
const queryOf = (options: Options, names: (keyof Options)[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (options[name] ? [[name, String(options[name])]] : [])))

/** So long the ingestor looks for the rows of a replay. */
const selectSeconds = 60

/** The servers' own tools take it as it is. */
const asJson = (answer: object) => `${JSON.stringify(answer, null, 2)}\n`

export const commands: Record<string, Command> = {
  'quarantine count': {
    subjects: ['a dataset'],
    rows: 'counts',
    run: (api, [dataset]) => countRows(api, dataset!),
  },
  'quarantine list': {
    subjects: ['a dataset'],
    rows: 'rows',
    run: async (api, [dataset], options) => {
      const query = queryOf(options, ['stage', 'code', 'run', 'limit', 'cursor'])
      const page = await listRows(api, dataset!, query)
      if (page.next) process.stderr.write(`older rows: --cursor ${page.next}\n`)
      return page
    },
  },
  'quarantine show': {
    subjects: ['a dataset', 'the id of a row'],
    run: (api, [dataset, id]) => ask(api, `${quarantineOf(dataset!)}/rows/${encodeURIComponent(id!)}`),
  },
  'quarantine replay': {
    subjects: ['a dataset'],
    run: async (api, [dataset], options) => {
      const { dryRun, force } = options
      const body = { ...selectionOf(options), dryRun, force }
      const path = `${quarantineOf(dataset!)}/replays`
      const question = { body, headers: keyed(options.key), waitSeconds: selectSeconds }
      const answer = await ask<{ run?: Run }>(api, path, question)
      return answer.run && options.wait
        ? { ...answer, run: await finished(api, answer.run, options) }
        : answer
    },
  },
  'runs start': {
    subjects: ['a dataset'],
    run: async (api, [dataset], options) => {
      const source = options.source ? { source: sourceUrl(options.source) } : {}
      const run = await startRun(api, { dataset: dataset!, ...source, force: options.force }, options.key)
      return options.wait ? allFinished(api, run, options) : run
    },
  },
  'runs show': {
    subjects: ['the id of a run'],
    run: (api, [id]) => getRun(api, id!),
  },
  'runs list': {
    subjects: [],
    rows: 'runs',
    run: async (api, _, options) => {
      const { runs, next } = await listRuns(api, queryOf(options, ['dataset', 'state', 'limit', 'cursor']))
      if (next) process.stderr.write(`older runs: --cursor ${next}\n`)
      return { runs: runs.map(lineOf), next }
    },
  },
  'runs cancel': {
    subjects: ['the id of a run'],
    run: (api, [id]) => cancelRun(api, id!),
  },
  'dataset check': {
    subjects: ['a folder'],
    rows: 'datasets',
    run: async (_, [folder]) => ({ datasets: (await import('./check-datasets.ts')).checkDatasets(folder!) }),
  },
  'topics list': {
    subjects: ['a folder of datasets'],
    rows: 'topics',
    run: async (_, [folder], options) => listTopics(folder!, options),
    text: topicCommands,
  },
  'rights kafka': {
    subjects: ['a program'],
    rows: 'rights',
    run: async (_, [program], options) => kafkaRights(programOf(program!), options),
    text: kafkaCommands,
  },
  'rights s3': {
    subjects: ['a program'],
    run: async (_, [program], options) => policyOf(programOf(program!), options),
    text: asJson,
  },
  'rights elasticsearch': {
    subjects: ['a program'],
    run: async (_, [program], options) => roleOf(programOf(program!), options),
    text: asJson,
  },
  'dataset try': {
    subjects: ['a file'],
    rows: 'rows',
    run: async (_, [file], { dataset, state, limit }) => {
      const { tryDataset, tellTried } = await import('./try-dataset.ts')
      const tried = await tryDataset(file!, { dataset, outcome: state, limit })
      process.stderr.write(`${tellTried(tried)}\n`)
      return { ...tried, rows: tried.rows.map(triedLine) }
    },
  },
  'dataset init': {
    subjects: ['a URL or a file'],
    rows: 'findings',
    run: async (api, [source], options) => {
      const { initAndImport } = await import('./init/init-and-import.ts')
      return initAndImport(api, source!, options, (line) => process.stderr.write(`${line}\n`))
    },
  },
}

/** A row in one line of a list. */
const triedLine = ({ row, outcome, reasons, values }: TriedRow) => ({
  row,
  outcome,
  reasons,
  values: values ?? {},
})

/** A run in one line of a list. */
const lineOf = ({ runId, dataset, type, state, unchanged, findings, times, rows, reason }: Run) => ({
  ...{ runId, dataset, type, state, requested: times['requested'], rows },
  reason: reason ?? (unchanged ? `unchanged since ${unchanged.since}` : (findings?.join('; ') ?? '')),
})

/** @throws Error with the reason when the run failed, or when the time is over */
async function finished(api: Api, { runId }: Run, { timeout }: Options): Promise<Run> {
  const run = await followRun(api, runId, waitingFor(runId, timeout))
  if (run.state !== 'succeeded') throw new Error(whyFailed(run))
  return run
}

/** Those behind a run that failed too; that one is told of at the end. @throws Error like `finished` */
async function* allFinished(api: Api, { runId }: Run, { timeout }: Options): AsyncGenerator<Run, void> {
  const failed: string[] = []
  for await (const run of followRuns(api, runId, (id) => waitingFor(id, timeout)))
    if (run.state === 'succeeded') yield run
    else failed.push(whyFailed(run))
  if (failed.length > 0) throw new Error(failed.join('\n'))
}

const waitingFor = (runId: string, timeout: string): Waiting => ({
  seconds: Number(timeout),
  tell: nowAndThen(10, (seen) => process.stderr.write(`run ${runId}: ${seen}\n`)),
})

const whyFailed = ({ runId, state, reason = 'somebody asked for it' }: Run): string =>
  `run ${runId} ${state}: ${reason}`
