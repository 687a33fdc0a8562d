/**
 * The DAG in a real Airflow, on the real stages and Spark jobs: green, with a stage away, with a broken feed, asked twice, with odd data,
 * and with a folder of new files.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeQuakes } from '../bench/generate-quakes.ts'
import type { DagRun, TaskState } from '../infra/local/airflow-client.ts'
import { alertEmail, dataset, startAirflow, taskLog, type AirflowStack } from './support/airflow.ts'
import { kill, revive } from './support/processes.ts'
import { endOf, feedUrl, post, runAt, unanswered } from './support/runs.ts'
import { filesDir } from './support/stack.ts'
import { endsOf } from './support/topics.ts'
import { until } from './support/until.ts'

const clean = `${feedUrl}/earthquakes/window-1.csv`
/** Some of its rows are refused: more than this dataset's definition takes for ordinary. */
const dirty = `${feedUrl}/earthquakes/window-2.csv`
const broken = `${feedUrl}/faults/404.csv`
const dagId = 'dsf_quakes_airflow'
const tasks = ['health', 'start_run', 'receipt', 'spark_checks', 'audit', 'anomalies', 'summary']
const minutes = (n: number) => n * 60_000

let stack: AirflowStack
let stop: AirflowStack['stop'] | undefined
beforeAll(async () => {
  stack = await startAirflow({ DSF_RETRY_SECONDS: '3' })
  stop = stack.stop
}, minutes(15))
afterAll(() => stop?.(), minutes(2))

type Ended = Pick<DagRun, 'state' | 'tasks' | 'runId'>

const trigger = (source: string) =>
  stack.airflow.trigger(dataset, { source, force: true, runId: `test-${randomUUID().slice(0, 8)}` })

const ended = (runId: string): Promise<Ended> =>
  until(
    `the DAG run ${runId} to end`,
    async () => {
      const run = await stack.airflow.state(dataset, runId)
      return ['success', 'failed'].includes(run.state) && { ...run, runId }
    },
    { seconds: 420, everyMs: 1000 },
  )

const run = async (source: string) => ended(await trigger(source))

const states = ({ tasks: found }: Ended) => Object.fromEntries(found.map(({ id, state }) => [id, state]))
/** Of a DAG run whose run is followed by no other. */
const green = { ...Object.fromEntries(tasks.map((id) => [id, 'success'])), follow: 'skipped' }
const task = (found: readonly TaskState[], id: string) => found.find((one) => one.id === id)!
const lastLine = (dagRun: string, id: string, attempt: number) => taskLog(dagRun, id, attempt).at(-1)!

const said = (dagRun: string, id: string) => taskLog(dagRun, id, 1).map(({ event }) => event)

/** Of a DAG run, whatever became of it. */
async function pipelineRun(dagRun: string): Promise<string> {
  const path = `/dags/${dagId}/dagRuns/${dagRun}/taskInstances/start_run/xcomEntries/return_value`
  const { json } = await stack.airflow.ask('GET', path)
  return (json['value'] as { runId: string }).runId
}

/** The DAG run of the run that the run of this one asked for. */
async function followed(dagRun: string): Promise<Ended> {
  const { next } = await endOf(await pipelineRun(dagRun))
  return ended(`follow__${next}`)
}

/** Cleared, a task is tried anew; what follows it is not. */
async function again(dagRun: string, task: string): Promise<Ended> {
  const path = `/dags/${dagId}/clearTaskInstances`
  const wanted = { dry_run: false, only_failed: false, task_ids: [task], dag_run_id: dagRun }
  expect((await stack.airflow.ask('POST', path, wanted)).status).toBe(200)
  return ended(dagRun)
}

async function dagRuns(): Promise<string[]> {
  const { json } = await stack.airflow.ask('GET', `/dags/${dagId}/dagRuns?order_by=id&limit=100`)
  return (json['dag_runs'] as { dag_run_id: string }[]).map(({ dag_run_id }) => dag_run_id)
}

/** Files of a folder, the oldest first; the second has more broken rows than a run may refuse. */
async function folderOfThree(): Promise<string> {
  const folder = join(filesDir, 'airflow')
  mkdirSync(folder, { recursive: true })
  for (const [i, broken] of [0, 0.5, 0].entries()) {
    const file = join(folder, `${i}.csv`)
    await writeQuakes(file, { rows: 400, seed: 100 + i, duplicates: 0, revisions: 0, stale: 0, broken })
    const written = Date.now() / 1000 - 3600 + i
    utimesSync(file, written, written)
  }
  return `file://${folder}/*.csv`
}

/** Messages that came since, by both channels, as soon as they are there; an alert comes in some seconds, or not at all. */
function newMessages() {
  const from = { slack: stack.slack.messages.length, mail: stack.mailbox.messages.length }
  const now = () => ({
    slack: stack.slack.messages.slice(from.slack),
    mails: stack.mailbox.messages.slice(from.mail),
  })
  const named = (title: string) => ({
    slack: now().slack.filter(({ text }) => text.startsWith(`*${title}*`)),
    mails: now().mails.filter(({ subject }) => subject === title),
  })
  return { now, named }
}

let first: Ended

describe('a DAG run', () => {
  it(
    'is green, end to end, and its run has an answer for every row',
    async () => {
      first = await run(clean)
      expect([first.state, states(first)]).toEqual(['success', green])
      const receipt = await endOf(await pipelineRun(first.runId))
      expect(receipt).toMatchObject({ state: 'succeeded', counters: { read: 1200 } })
      expect(unanswered(receipt)).toEqual([])
      expect(said(first.runId, 'summary')).toContainEqual(expect.stringMatching(/^ {2}read +1200$/))
    },
    minutes(8),
  )

  it('is one run, however often it is asked for', async () => {
    const source = { conf: { source: clean }, logical_date: null }
    const again = await stack.airflow.ask('POST', `/dags/${dagId}/dagRuns`, {
      ...source,
      dag_run_id: first.runId,
    })
    expect(again.status).toBe(409)

    const before = await endsOf(`${dataset}.raw`)
    const { status, json } = await post({ dataset, source: clean, force: true }, `${dagId}/${first.runId}`)
    expect([status, json.runId, json.state]).toEqual([202, await pipelineRun(first.runId), 'succeeded'])
    // a run of its own that follows is imported behind whatever the first request started
    const { json: next } = await post({ dataset, source: `${feedUrl}/faults/empty.csv` })
    await until('the run behind it', async () => (await runAt(next.runId))?.state === 'failed')
    expect(await endsOf(`${dataset}.raw`)).toEqual(before)
  })

  it(
    'waits in retries for a stage that was killed, and then succeeds',
    async () => {
      await kill('generator')
      let dagRun: string
      try {
        dagRun = await trigger(clean)
        const retried = await until(
          'a try of health that failed',
          async () => {
            const found = task((await stack.airflow.state(dataset, dagRun)).tasks, 'health')
            return found.state === 'up_for_retry' && found
          },
          { seconds: 90, everyMs: 300 },
        )
        expect(retried.tries).toBeGreaterThanOrEqual(1)
        // Airflow tells the state a moment before the try ends its log
        await expect
          .poll(() => lastLine(dagRun, 'health', 1), { timeout: 10_000 })
          .toMatchObject({
            level: 'error',
            event: expect.stringMatching(/^quakes-airflow: .*generator is not ready: http.* does not answer/),
          })
      } finally {
        await revive('generator')
      }
      const recovered = await ended(dagRun)
      expect([recovered.state, states(recovered)]).toEqual(['success', green])
      expect(task(recovered.tasks, 'health').tries).toBeGreaterThan(1)
    },
    minutes(8),
  )
})

describe('alerts', () => {
  it(
    'tell once of a feed that is broken for good, after three retries, and once that it recovered',
    async () => {
      const messages = newMessages()
      const failed = await run(broken)
      const id = await pipelineRun(failed.runId)
      const reason = `${broken} answered 404 Not Found`
      expect(failed.state).toBe('failed')
      expect(task(failed.tasks, 'receipt')).toMatchObject({ state: 'failed', tries: 4 })
      for (const attempt of [1, 2, 3, 4])
        expect(lastLine(failed.runId, 'receipt', attempt)).toMatchObject({
          ...{ level: 'error', event: `quakes-airflow: run ${id}, failed at ingestor: ${reason}` },
        })

      const { slack, mails } = await until('an alert on both channels', () => {
        const { slack, mails } = messages.now()
        return slack.length > 0 && mails.length > 0 && { slack, mails }
      })
      expect([slack.length, mails.length]).toEqual([1, 1])
      const facts = [dataset, id, 'ingestor', reason, `/dags/${dagId}/runs/${failed.runId}`, `/v1/runs/${id}`]
      for (const fact of facts) {
        expect(slack[0]!.text).toContain(fact)
        expect(mails[0]!.text).toContain(fact)
      }
      expect(slack[0]!.path).toBe('/services/T0/B0/secret')
      expect(mails[0]).toMatchObject({
        ...{ from: 'airflow@example.org', to: [alertEmail], subject: 'quakes-airflow failed at ingestor' },
      })

      // The next hour, with the same cause. The DAG processor calls what a DAG's failure calls some seconds after it: during the run
      // after that, at whose end nothing more has come than that it recovered.
      expect((await run(broken)).state).toBe('failed')
      expect((await run(clean)).state).toBe('success')
      const recovery = messages.named('quakes-airflow has recovered')
      expect([recovery.slack.length, recovery.mails.length]).toEqual([1, 1])
      expect(recovery.slack[0]!.text).toContain(reason)
      expect(messages.now()).toEqual({
        slack: [...slack, ...recovery.slack],
        mails: [...mails, ...recovery.mails],
      })
    },
    minutes(16),
  )

  it(
    'tell of odd data, which fails no DAG, and of its end',
    async () => {
      const messages = newMessages()
      const odd = await run(dirty)
      expect([odd.state, states(odd)]).toEqual(['success', green])
      const { slack, mails } = messages.named('quakes-airflow has anomalies')
      expect([slack.length, mails.length]).toEqual([1, 1])
      const facts = [
        await pipelineRun(odd.runId),
        'anomalies',
        '22 of 1,483 rows',
        `s3://dsf/audit/dataset=${dataset}/`,
      ]
      for (const fact of facts)
        expect([slack[0]!.text, mails[0]!.text]).toEqual(Array(2).fill(expect.stringContaining(fact)))

      expect((await run(clean)).state).toBe('success')
      const recovery = messages.named('quakes-airflow has recovered')
      expect([recovery.slack.length, recovery.mails.length]).toEqual([1, 1])
    },
    minutes(12),
  )
})

describe('a folder of new files', () => {
  it(
    'has a DAG run for each of them, behind one that failed too, and each has its receipt',
    async () => {
      const messages = newMessages()
      const before = await dagRuns()
      const first = await run(await folderOfThree())
      const second = await followed(first.runId)
      const third = await followed(second.runId)
      expect([first, second, third].map(({ state }) => state)).toEqual(['success', 'failed', 'success'])
      expect([first, second, third].map(states)).toMatchObject([
        { ...green, follow: 'success' },
        { receipt: 'failed', audit: 'upstream_failed', summary: 'upstream_failed', follow: 'success' },
        green,
      ])

      const receipts = []
      for (const { runId } of [first, second, third]) receipts.push(await endOf(await pipelineRun(runId)))
      expect(receipts.map(({ address, counters }) => [address, counters['read']])).toEqual(
        [0, 1, 2].map((i) => [`file://${filesDir}/airflow/${i}.csv`, 400]),
      )
      expect(receipts.map(({ runId }) => runId).slice(1)).toEqual(
        receipts.slice(0, 2).map(({ next }) => next),
      )
      for (const { runId } of [first, third])
        expect(said(runId, 'audit')).toContainEqual(
          expect.stringMatching(/^Pandas and the stages agree on all 400 rows\.; report: s3:/),
        )

      const alert = messages.named('quakes-airflow failed at pipeline')
      expect([alert.slack.length, alert.mails.length]).toEqual([1, 1])
      expect(alert.slack[0]!.text).toContain(receipts[1]!.runId)

      const repeated = await again(first.runId, 'follow')
      expect(states(repeated)['follow']).toBe('skipped')
      expect((await dagRuns()).slice(before.length)).toEqual([first, second, third].map(({ runId }) => runId))
    },
    minutes(12),
  )
})
