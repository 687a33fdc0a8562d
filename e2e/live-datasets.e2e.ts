/** A dataset that comes while everything runs, and goes again: nobody restarts anything. */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { healthAddress, stageNames } from '../infra/local/servers/stages.ts'
import { writeTestDataset } from './support/datasets.ts'
import { ask } from './support/documents.ts'
import { feedUrl, importSource, post, receiptOf, runAt } from './support/runs.ts'
import { answerOf, killJobs, startJob } from './support/spark-jobs.ts'
import { runDir, settings } from './support/stack.ts'
import { isReceipt, messagesOf } from './support/topics.ts'
import { until } from './support/until.ts'

// a session of Spark takes seconds to start, and minutes where others take the processors
vi.setConfig({ testTimeout: 600_000 })

const dataset = 'quakes-late'
const source = `${feedUrl}/earthquakes/window-1.csv`
const ofStack = join(runDir, 'datasets')
/** The jobs look at a folder of their own: a query for each dataset of the tests would be too many. */
const ofJob = join(runDir, 'late-datasets')

const add = () => {
  writeTestDataset(ofStack, dataset, {})
  mkdirSync(join(ofJob, dataset), { recursive: true })
  copyFileSync(join(ofStack, dataset, 'datapackage.json'), join(ofJob, dataset, 'datapackage.json'))
}
const remove = () => {
  for (const folder of [ofStack, ofJob]) rmSync(join(folder, dataset), { recursive: true, force: true })
}

afterAll(() => {
  killJobs()
  remove()
})

const profileOf = async () => (await answerOf('csv-profile', '/health/progress')).body.datasets[dataset]

describe('a folder that comes while the stages and a Spark job run', () => {
  it('is imported within 30 s, can be searched, and is profiled', async () => {
    mkdirSync(ofJob, { recursive: true })
    await startJob('csv-profile', '', undefined, { DATASETS_DIR: ofJob })
    await until('the job', async () => (await answerOf('csv-profile', '/health/ready')).status === 200, {
      seconds: 300,
    })
    expect((await post({ dataset, source })).status).toBe(404)
    const since = Date.now()
    add()
    const { json } = await until('the ingestor to know it', async () => {
      const answer = await post({ dataset, source }, 'late')
      return answer.status === 202 && answer
    })
    expect(await receiptOf(json.runId as string)).toMatchObject({
      state: 'succeeded',
      counters: { read: 1200 },
    })
    expect(Date.now() - since).toBeLessThan(30_000)
    const { count } = await ask(`${dataset}/_count`)
    expect(count).toBeGreaterThan(1000)
    const profiles = async () => (await messagesOf(`${dataset}.profile`)).filter((one) => !isReceipt(one))
    await until('its profile', async () => (await profiles()).length > 0, { seconds: 120 })
    for (const stage of stageNames)
      expect(
        await fetch(`${healthAddress(settings, stage)}/health/ready`).then((answer) => answer.status),
      ).toBe(200)
  })

  it('goes on with its definition when that is broken, which every stage and the job tell', async () => {
    for (const folder of [ofStack, ofJob]) writeFileSync(join(folder, dataset, 'datapackage.json'), '{"name"')
    const told = [expect.stringMatching(/^the changed definition cannot be used, the one before goes on: /)]
    const refused: (() => Promise<any>)[] = stageNames.map(
      (stage) => async () => (await fetch(`${healthAddress(settings, stage)}/health/ready`)).json(),
    )
    refused.push(async () => (await answerOf('csv-profile', '/health/ready')).body)
    for (const ready of refused)
      await until('it to be told', async () => (await ready()).refusedDatasets?.[dataset]?.length === 1)
    for (const ready of refused) expect((await ready()).refusedDatasets[dataset]).toEqual(told)
    await importSource(dataset, `${feedUrl}/earthquakes/window-2.csv`)
    add()
    for (const ready of refused)
      await until('it to be mended', async () => !(dataset in ((await ready()).refusedDatasets ?? {})))
  })

  it('is let go when it goes, and its runs can still be asked for', async () => {
    const { json } = await post({ dataset, source }, 'late')
    remove()
    await until('the ingestor to let it go', async () => (await post({ dataset, source })).status === 404)
    for (const stage of stageNames)
      await until(`the ${stage} to let it go`, async () => {
        const metrics = await (await fetch(`${healthAddress(settings, stage)}/metrics`)).text()
        const gauges = metrics.split('\n').filter((line) => /^dsf_(\w+_lag_records|parked)\{/.test(line))
        const left = gauges.filter((line) => line.includes(`"${dataset}"`))
        if (left.length > 0) throw new Error(left.join('\n'))
        return gauges.length > 0
      })
    await until('the job to let it go', async () => (await profileOf()) === undefined)
    expect(await runAt(json.runId as string)).toMatchObject({ state: 'succeeded' })
  })
})
