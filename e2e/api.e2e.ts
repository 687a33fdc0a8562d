/** The ingestor's API, asked what nobody thought of: schemathesis makes requests, right and wrong ones, from its OpenAPI document. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { installRequirements } from '../infra/local/install/python-packages.ts'
import { repositoryRoot } from '../infra/local/settings.ts'
import { secondInstance, type Instance } from './support/processes.ts'
import { receiptOf, startRun } from './support/runs.ts'
import { filesDir, runDir, settings } from './support/stack.ts'

const folder = join(import.meta.dirname, 'api')
const dataset = 'quakes-api'
const token = randomBytes(32).toString('hex')
const tokenFile = join(runDir, 'api-token')
const file = join(filesDir, 'api.csv')
let ingestor: Instance

beforeAll(async () => {
  writeFileSync(tokenFile, token, { mode: 0o600 })
  const header =
    'time,latitude,longitude,depth,mag,magType,nst,gap,dmin,rms,net,id,updated,place,type,horizontalError,depthError,magError,magNst,status,locationSource,magSource'
  const row =
    '2026-11-20T00:00:00.000Z,1.5,2.5,10,4.2,mb,,,,,us,us1,2026-11-20T01:00:00.000Z,"Somewhere",earthquake,,,,,reviewed,us,us'
  writeFileSync(file, `${header}\n${row}\n`)
  ingestor = await secondInstance('ingestor', { HTTP_TOKEN_FILE: tokenFile })
})
afterAll(async () => {
  ingestor.child.kill('SIGTERM')
  expect(await ingestor.ended).toBe(0)
})

it('has no answer that its document does not have, and takes nothing that it refuses', async () => {
  const environment = await installRequirements(settings, 'schemathesis', join(folder, 'requirements.txt'))
  const args = [
    ...['--config-file', join(folder, 'schemathesis.toml'), 'run', `${ingestor.api}/v1/openapi.json`],
    ...['--header', `Authorization: Bearer ${token}`],
    // a run that was cancelled is still known
    ...[
      '--checks',
      'all',
      '--exclude-checks',
      'use_after_free',
      '--max-examples',
      '40',
      '--seed',
      '1',
      '--no-color',
    ],
  ]
  const env = { ...process.env, API_SOURCE: pathToFileURL(file).href }
  const outcome = await new Promise<{ failed: boolean; said: string }>((resolve) =>
    execFile(join(environment, 'bin/schemathesis'), args, { cwd: runDir, env }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, said: stdout + stderr }),
    ),
  )
  expect(outcome.failed, outcome.said).toBe(false)
  expect(outcome.said).toMatch(/\b[1-9]\d\d generated, [1-9]\d\d passed/)
})

it('has the calls that docs/http.md tells of', async () => {
  const headers = { authorization: `Bearer ${token}` }
  const { paths } = (await (await fetch(`${ingestor.api}/v1/openapi.json`, { headers })).json()) as {
    paths: Record<string, object>
  }
  const described = Object.entries(paths).flatMap(([path, calls]) =>
    Object.keys(calls).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, '<$1>')}`),
  )
  const text = readFileSync(join(repositoryRoot, 'docs/http.md'), 'utf8')
  const told = [...text.matchAll(/^\| `([A-Z]+ \/v1[^`]*)` *\| ingestor/gm)].map(([, call]) => call)
  expect(told.toSorted()).toEqual(described.toSorted())
})

it('is the same ingestor afterwards', async () => {
  expect((await fetch(`${ingestor.url}/health/ready`)).status).toBe(200)
  const run = await startRun(dataset, pathToFileURL(file).href)
  expect(await receiptOf(run)).toMatchObject({ state: 'succeeded', counters: { read: 1 } })
})
