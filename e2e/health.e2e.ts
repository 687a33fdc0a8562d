/** What a stage says of itself: health, metrics, and why it does not start. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { stackStatus } from '../infra/local/status.ts'
import { healthAddress, stageNames, type StageName } from '../infra/local/servers/stages.ts'
import { kill, revive } from './support/processes.ts'
import { feedUrl, importSource, receiptOf, startRun } from './support/runs.ts'
import { environment, settings } from './support/stack.ts'
import { until } from './support/until.ts'

const dataset = 'quakes-health'
const source = `${feedUrl}/earthquakes/window-1.csv`

async function ask(stage: StageName, path: string) {
  const response = await fetch(`${healthAddress(settings, stage)}${path}`)
  return { status: response.status, body: (await response.json()) as any }
}

describe('health', () => {
  it.each(stageNames)('the %s is live and ready, and names what it needs', async (stage) => {
    expect(await ask(stage, '/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } })
    const { status, body } = await ask(stage, '/health/ready')
    const needs: Record<string, string[]> = {
      ingestor: ['object store'],
      'sink-minio': ['object store'],
      indexer: ['object store', 'Elasticsearch'],
    }
    expect([status, Object.keys(body.dependencies).sort()]).toEqual([
      200,
      ['kafka', ...(needs[stage] ?? [])].sort(),
    ])
  })

  it('says which server is away, while it is; what was asked for meanwhile comes through', async () => {
    await kill(settings.store)
    let run: string
    try {
      const { body } = await until('a stage that is not ready', async () => {
        const answer = await ask('sink-minio', '/health/ready')
        return answer.status === 503 && answer
      })
      const away = expect.stringContaining(`127.0.0.1:${settings.ports.s3}`)
      expect(body).toMatchObject({ status: 'waiting', dependencies: { kafka: 'ok', 'object store': away } })
      const since = body.since['object store'] as string
      expect(Date.now() - Date.parse(since)).toBeLessThan(60_000)
      const { services } = await stackStatus(settings)
      expect(services.find(({ name }) => name === 'sink-minio')).toMatchObject({
        state: 'not ready',
        reason: expect.stringContaining(`waits for object store since ${since.slice(0, 19)}Z: `),
      })
      expect(await ask('cleaner', '/health/ready')).toMatchObject({ status: 200 })
      expect(await ask('sink-minio', '/health/live')).toMatchObject({ status: 200 })
      run = await startRun(dataset, source)
      await until('the ingestor to wait for the store', async () => {
        const { waiting } = (await ask('ingestor', '/health/ready')).body
        return /object store/.test(waiting[`work of ${dataset}/0`])
      })
    } finally {
      await revive(settings.store)
    }
    for (const stage of ['ingestor', 'sink-minio', 'indexer'] as const)
      await until(`the ${stage} to be ready`, async () => (await ask(stage, '/health/ready')).status === 200)
    expect(await receiptOf(run)).toMatchObject({ state: 'succeeded', counters: { read: 1200 } })
  })
})

describe('metrics', () => {
  it('count what the receipt counts, under the names of every stage', async () => {
    await importSource(dataset, source)
    for (const stage of stageNames) {
      const name = `dsf_${stage.replace('-', '_')}`
      const found = await (await fetch(`${healthAddress(settings, stage)}/metrics`)).text()
      const families = [...found.matchAll(/^# TYPE (dsf_\S+) (\S+)$/gm)].map(
        ([, family, type]) => `${family} ${type}`,
      )
      // the indexer writes only what Elasticsearch refuses, and a counter that never counted is not shown
      const counters = stage === 'indexer' ? ['rows_in', 'rows'] : ['rows_in', 'rows_out']
      const wanted = counters.map((counter) => `${name}_${counter}_total counter`)
      wanted.push(`${name}_batch_seconds histogram`, `${name}_lag_records gauge`)
      expect(families).toEqual(expect.arrayContaining(wanted))
    }
    const cleaner = await (await fetch(`${healthAddress(settings, 'cleaner')}/metrics`)).text()
    expect(cleaner).toMatch(/^dsf_cleaner_rows_in_total\{[^}]*dataset="quakes-health"[^}]*\} [1-9]/m)
    expect(cleaner).toMatch(/^dsf_cleaner_rows_total\{[^}]*outcome="(clean|duplicate)"[^}]*\} [1-9]/m)
  })
})

describe('a configuration that cannot work', () => {
  const start = async (stage: StageName, change: NodeJS.ProcessEnv) => {
    const env = { ...environment, HTTP_PORT: '0', HEALTH_PORT: '0', PATH: process.env['PATH'], ...change }
    const child = spawn(process.execPath, [join(settings.root, 'apps', stage, 'dist/main.js')], {
      env,
      cwd: settings.root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve))
    const [code, ...output] = await Promise.all([exitCode, text(child.stdout), text(child.stderr)])
    return { code, output: output.join('') }
  }

  it.each(stageNames)('ends the %s with the names of the variables', async (stage) => {
    const { code, output } = await start(stage, { KAFKA_BROKERS: undefined, SCHEMA_REGISTRY_URL: 'nowhere' })
    expect(code).toBe(1)
    expect(output).toMatch(/KAFKA_BROKERS is not set/)
    expect(output).toMatch(/SCHEMA_REGISTRY_URL is "nowhere"/)
  })

  it('never shows a secret', async () => {
    const secrets = [environment['S3_SECRET_KEY']!, 'hunter2']
    const { code, output } = await start('sink-minio', { S3_ENDPOINT: 'http://user:hunter2@127.0.0.1' })
    expect([code, ...secrets.map((secret) => output.includes(secret))]).toEqual([1, false, false])
    expect(output).toMatch(/S3_ENDPOINT/)
  })

  it('ends an ingestor that anybody could ask, without a token', async () => {
    const { code, output } = await start('ingestor', { HTTP_HOST: '0.0.0.0', HTTP_TOKEN_FILE: undefined })
    expect(code).toBe(1)
    expect(output).toMatch(
      /HTTP_HOST is \\"0\.0\.0\.0\\".*HTTP_TOKEN_FILE is not set: name a file with a token/,
    )
  })

  it('names the file and the place in it of a definition that cannot be used', async () => {
    const { code, output } = await start('cleaner', { DATASETS_DIR: '/nowhere/at/all' })
    expect(code).toBe(1)
    expect(output).toMatch(/\/nowhere\/at\/all.*does not exist/)
  })
})
