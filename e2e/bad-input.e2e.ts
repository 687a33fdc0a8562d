/** What cannot be imported is refused with a sentence that names the cause, wherever one asks, and leaves nothing behind. */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { feedWindow } from '../infra/feed/feed-window.ts'
import { readFileSync } from 'node:fs'
import { logFile } from '../infra/local/processes/start.ts'
import { countDocuments } from './support/documents.ts'
import { keysOf } from './support/objects.ts'
import { feedUrl, importSource, ingested, post, runAt } from './support/runs.ts'
import { filesDir, runDir, settings } from './support/stack.ts'
import { messagesOf } from './support/topics.ts'
import { until } from './support/until.ts'

const dataset = 'quakes-bad'
const fault = (name: string) => `${feedUrl}/faults/${name}.csv`
const file = (name: string) => `file://${join(filesDir, name)}`

/** Found out only by reading the source: the run fails. */
const failing: [what: string, source: string, sentence: RegExp][] = [
  ['a file that is not there', fault('404'), /\/faults\/404\.csv answered 404 Not Found/],
  ['a server out of order', fault('500'), /\/faults\/500\.csv answered 500 Internal Server Error/],
  ['a port where nobody listens', 'http://127.0.0.1:1/x.csv', /connection refused by 127\.0\.0\.1:1/],
  ['an HTML page', fault('html'), /not CSV but an HTML page titled "Maintenance"/],
  ['an empty file', fault('empty'), /the file is empty/],
  ['a header without the key', fault('no-key'), /header does not fit .*missing "id"/],
  ['a body cut short', fault('truncated'), /connection to \S+\/faults\/truncated\.csv was lost/],
  [
    'a name that nobody has',
    'http://nowhere.invalid/x.csv',
    /nowhere\.invalid (not found|could not be looked up)/,
  ],
  ['a gzip cut short', file('cut.csv.gz'), /gzip data is cut short/],
  ['a zip archive', file('archive.csv'), /the zip archive cannot be read/],
  ['UTF-16 that nothing says', file('utf16.csv'), /UTF-16 text without byte order mark/],
]

/** Refused before it becomes a run. */
const refused: [what: string, body: object, status: number, sentence: RegExp][] = [
  [
    'a dataset that nobody defined',
    { dataset: 'earthquake' },
    404,
    /no dataset is named "earthquake".*earthquakes/,
  ],
  ['a file outside the roots', { dataset, source: 'file:///etc/passwd' }, 422, /\/etc\/passwd/],
  [
    'a way out of the roots',
    { dataset, source: `file://${filesDir}/../credentials.json` },
    422,
    /credentials\.json/,
  ],
  [
    'a private address',
    { dataset, source: 'http://10.0.0.1/x.csv' },
    422,
    /10\.0\.0\.1 is not a public address/,
  ],
  [
    'the address of cloud credentials',
    { dataset, source: 'http://169.254.169.254/x' },
    422,
    /169\.254\.169\.254 is not a public/,
  ],
  [
    'a private address in disguise',
    { dataset, source: 'http://[::ffff:10.0.0.1]/x' },
    422,
    /is not a public address/,
  ],
  [
    'a loopback address beside the one allowed',
    { dataset, source: 'http://127.0.0.2/x.csv' },
    422,
    /127\.0\.0\.2 is not a public/,
  ],
  [
    'a scheme that is not read',
    { dataset, source: 'gopher://127.0.0.1/x' },
    422,
    /scheme is gopher: but only/,
  ],
  ['what is no URL', { dataset, source: 'window-1.csv' }, 422, /not a URL/],
  ['a request with a word too many', { dataset, sources: [] }, 400, /sources/],
  ['a request without a dataset', {}, 400, /dataset/],
]

beforeAll(() => {
  const { csv } = feedWindow(1)
  mkdirSync(filesDir, { recursive: true })
  writeFileSync(join(filesDir, 'cut.csv.gz'), gzipSync(csv).subarray(0, -1000))
  writeFileSync(join(filesDir, 'archive.csv'), Buffer.from('PK\x03\x04\x14\0\x08\0\x08\0', 'latin1'))
  writeFileSync(join(filesDir, 'utf16.csv'), Buffer.from(csv.toString('latin1'), 'utf16le'))
})

describe('fails a run that reads', () => {
  it.each(failing)('%s', async (what, source, sentence) => {
    const key = `bad ${what}`
    const { status, json } = await post({ dataset, source }, key)
    expect(status).toBe(202)
    const run = await ingested(json.runId)
    expect(run).toMatchObject({ state: 'failed', reason: expect.stringMatching(sentence) })
    expect(await logged(json.runId)).toMatch(sentence)
    const shown = await makeRun({ DATASET: dataset, SOURCE: source, KEY: key })
    expect(shown).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(sentence) })
    expect(JSON.parse(shown.stdout)).toMatchObject({ runId: json.runId, state: 'failed' })
    expect(await runAt(json.runId)).toMatchObject({ rows: 0, closed: 0, counters: {} })
  })
})

describe('refuses', () => {
  it.each(refused)('%s', async (_, body, status, sentence) => {
    const answer = await post(body)
    expect(answer).toMatchObject({
      status,
      type: expect.stringContaining('application/problem+json'),
      json: { status },
    })
    expect(answer.json.detail).toMatch(sentence)
  })

  it.each(refused.filter(([what, , status]) => status !== 400 && what !== 'what is no URL'))(
    '%s, in make run too',
    async (_, body, status, sentence) => {
      const { dataset, source } = body as { dataset: string; source?: string }
      const { exitCode, stderr } = await makeRun({ DATASET: dataset, ...(source ? { SOURCE: source } : {}) })
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(sentence) })
      expect(stderr).toContain(`(status ${status})`)
    },
  )

  it('a body that is no JSON', async () => {
    const response = await fetch(`http://127.0.0.1:${settings.ports.ingestor}/v1/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    })
    expect(response.status).toBe(400)
  })

  it('to tell of a run that nobody started', async () => {
    const response = await fetch(`http://127.0.0.1:${settings.ports.ingestor}/v1/runs/nobody`)
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('nobody')
  })
})

describe('afterwards', () => {
  it('nothing half-written is there', async () => {
    expect(await messagesOf(`${dataset}.raw`)).toEqual([])
    expect(await messagesOf(`${dataset}.quarantine`)).toEqual([])
    expect(await keysOf('processed', dataset)).toEqual([])
    expect(await keysOf('lake', dataset)).toEqual([])
    expect(await countDocuments(dataset)).toBe(0)
  })

  it('a good file still comes through', async () => {
    const { rows, clean } = feedWindow(1).expected
    const receipt = await importSource(dataset, `${feedUrl}/earthquakes/window-1.csv`)
    expect(receipt).toMatchObject({ state: 'succeeded', counters: { read: rows, clean } })
  })
})

/** `make run` without make, which would make every exit code a 2. */
async function makeRun(variables: Record<string, string>) {
  const { RUN_DIR, PORT_BASE } = { RUN_DIR: runDir, PORT_BASE: String(settings.portBase) }
  const child = spawn(process.execPath, ['infra/local/cli.ts', 'run'], {
    cwd: settings.root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      RUN_DIR,
      PORT_BASE,
      TIMEOUT_SECONDS: '60',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [exitCode, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
  return { exitCode, stdout, stderr }
}

/** The reason that the ingestor's log gives for a run, as a warning. */
function logged(run: string): Promise<string> {
  return until(
    `a warning about run ${run} in the ingestor's log`,
    () => {
      const lines = readFileSync(logFile(runDir, 'ingestor'), 'utf8')
        .split('\n')
        .filter((line) => line.includes(run))
      return lines
        .map((line) => JSON.parse(line))
        .find(({ level, run: id }) => level === 'warn' && id === run)?.reason
    },
    { seconds: 5 },
  )
}
