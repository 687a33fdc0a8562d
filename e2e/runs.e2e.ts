/** A run at its one address, from the request to the document that can be searched, beside what others do meanwhile. */
import { mkdirSync, utimesSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeQuakes } from '../bench/generate-quakes.ts'
import { cancelRun, listRuns } from '../infra/client/runs.ts'
import { COLUMNS } from '../infra/feed/quake.ts'
import { countDocuments, measured } from './support/documents.ts'
import { kill, revive } from './support/processes.ts'
import {
  api,
  endOf,
  feedUrl,
  importSource,
  post,
  runAt,
  startRun,
  unanswered,
  type Run,
} from './support/runs.ts'
import { filesDir } from './support/stack.ts'
import { until } from './support/until.ts'

const [dataset, other] = ['quakes-runs', 'quakes-beside']
const servers: Server[] = []
let seeds = 1
afterAll(() => {
  for (const server of servers) server.closeAllConnections()
  for (const server of servers) server.close()
})

/** A server of one file, which comes a byte a second until it is told to send the rest. A port is a host of its own. */
async function drip(csv: string): Promise<{ url: string; asked: () => number; finish: () => void }> {
  const answers: { response: ServerResponse; sent: number }[] = []
  let isHeld = true
  const server = createServer((_, response) => {
    answers.push({ response, sent: 0 })
    response.writeHead(200, { 'content-type': 'text/csv', 'content-length': csv.length })
    if (!isHeld) response.end(csv)
  }).listen(0, '127.0.0.1')
  servers.push(server)
  const timer = setInterval(() => {
    if (isHeld) for (const answer of answers) answer.response.write(csv[answer.sent++]!)
  }, 1000)
  server.once('close', () => clearInterval(timer))
  await new Promise((resolve) => server.once('listening', resolve))
  const finish = () => {
    isHeld = false
    for (const { response, sent } of answers) response.end(csv.slice(sent))
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/drip.csv`
  return { url, asked: () => answers.length, finish }
}

/** Each event once, so that rows are documents. */
async function quakes(name: string, rows: number, broken = 0): Promise<string> {
  const options = { seed: seeds++, duplicates: 0, revisions: 0, stale: 0, broken }
  await writeQuakes(join(filesDir, name), { rows, ...options })
  return `file://${join(filesDir, name)}`
}

const stateOf = async (runId: string) => (await runAt(runId))?.state
const header = `${COLUMNS.join()}\n`

const ask = async (source: string, force = false) => endOf(await startRun(dataset, source, undefined, force))

describe('a file that did not change', () => {
  it('is a run that succeeded without a row, from a server or from a folder, until somebody insists', async () => {
    for (const source of [`${feedUrl}/earthquakes/window-1.csv`, await quakes('hourly.csv', 30)]) {
      const first = await ask(source)
      expect(first.counters['read']).toBeGreaterThan(0)
      const same = await ask(source)
      expect(same).toMatchObject({
        state: 'succeeded',
        rows: 0,
        counters: {},
        unchanged: { since: first.runId },
      })
      expect(same.landing).toBeUndefined()
      // by its content while the file is seconds old, and by size and time behind that
      expect((await ask(source)).unchanged?.since).toBe(first.runId)
      expect((await ask(source, true)).counters['read']).toBe(first.counters['read'])
    }
  })

  it('is still known after the ingestor was killed', async () => {
    const source = `${feedUrl}/earthquakes/window-2.csv`
    const { runId } = await ask(source)
    await kill('ingestor')
    await revive('ingestor')
    expect((await ask(source)).unchanged).toEqual({ since: runId, by: 'etag' })
  })
})

describe('new files of a folder', () => {
  it('are read by one request, each once, although the ingestor is killed meanwhile', async () => {
    mkdirSync(join(filesDir, 'new'), { recursive: true })
    const hourAgo = new Date(Date.now() - 3_600_000)
    const names = ['new/b.csv', 'new/a.csv', 'new/c.csv']
    for (const name of names) await quakes(name, 3000)
    for (const name of names) utimesSync(join(filesDir, name), hourAgo, hourAgo)
    const source = `file://${filesDir}/new/*.csv`
    const runs = [await ask(source)]
    await kill('ingestor')
    await revive('ingestor')
    while (runs.at(-1)!.next) runs.push(await endOf(runs.at(-1)!.next!))
    expect(runs.map(({ state, address, counters }) => [state, address, counters['read']])).toEqual(
      ['a', 'b', 'c'].map((name) => ['succeeded', `file://${filesDir}/new/${name}.csv`, 3000]),
    )
    const same = await ask(source)
    expect(same.unchanged).toEqual({ since: runs.at(-1)!.runId, by: 'no new file' })
  })
})

describe('a run whose source takes its time', () => {
  it('tells what it is at, goes on after a crash, and can be searched the moment it has succeeded', async () => {
    const source = await drip(header)
    const runId = await startRun(dataset, source.url)
    const fetching = await until('the first bytes', async () => {
      const run = await runAt(runId)
      return run?.state === 'fetching' && run.fetched.bytes > 1 && run
    })
    expect(fetching.fetched.bytesPerSecond).toBeLessThan(10)
    expect(fetching.times).toMatchObject({ requested: expect.any(String), fetching: expect.any(String) })
    await kill('ingestor')
    await revive('ingestor')
    await until('the source to be asked again', () => source.asked() === 2)
    source.finish()
    const { state, times } = await endOf(runId)
    expect(state).toBe('succeeded')
    expect(Object.keys(times)).toEqual(['requested', 'fetching', 'publishing', 'processing', 'ended'])
    const at = Object.values(times)
    expect(at).toEqual([...at].sort())
  })

  it('holds up no other dataset, and no other host; a second one of its host waits its turn', async () => {
    const source = await drip(header)
    const slow = await startRun(dataset, source.url)
    await until('the source to come', async () => (await stateOf(slow)) === 'fetching')
    const behind = await startRun(other, source.url)
    expect((await importSource('quakes-third', await quakes('beside.csv', 200))).state).toBe('succeeded')
    expect(await Promise.all([slow, behind].map(stateOf))).toEqual(['fetching', 'queued'])
    expect(source.asked()).toBe(1)
    source.finish()
    expect((await Promise.all([slow, behind].map((run) => endOf(run)))).map(({ state }) => state)).toEqual([
      'succeeded',
      'succeeded',
    ])
  })

  it('is cancelled when somebody asks for that, and the one behind it goes on', async () => {
    const source = await drip(header)
    const slow = await startRun(dataset, source.url)
    const behind = await startRun(dataset, await quakes('behind.csv', 50))
    await until('the source to be asked', () => source.asked() === 1)
    expect(await cancelRun(api, slow)).toMatchObject({ state: 'cancelled', rows: 0 })
    expect((await endOf(behind)).state).toBe('succeeded')
    await expect(cancelRun(api, slow)).rejects.toThrow('is over: it was cancelled (status 409)')
  })
})

describe('a run that is cancelled among its rows', () => {
  it('has an answer for each row that was on its way, and the next run of the dataset counts only its own', async () => {
    const before = await countDocuments(dataset, measured)
    const runId = await startRun(dataset, await quakes('long.csv', 150_000))
    await until('some rows', async () => ((await runAt(runId))?.rows ?? 0) > 0, { everyMs: 10 })
    const cancelled = await cancelRun(api, runId)
    expect(cancelled.state).toBe('cancelled')
    expect(cancelled.rows).toBeLessThan(150_000)
    const next = await importSource(dataset, await quakes('next.csv', 40))
    expect(next).toMatchObject({ state: 'succeeded', counters: { read: 40 } })
    const whole = await until('the receipts of what was published', async () => {
      const run = await runAt(runId)
      return run && run.closed === run.expected && run
    })
    expect(whole).toMatchObject({ state: 'cancelled', counters: { read: cancelled.rows } })
    expect(unanswered(whole)).toEqual([])
    const expected = whole.counters['clean']! + next.counters['clean']!
    expect(await countDocuments(dataset, measured)).toBe(before + expected)
  })
})

describe('a run that refuses more than its ceiling', () => {
  it('has failed with the share, and its other rows are kept', async () => {
    const before = await countDocuments(other, measured)
    const run = await endOf(await startRun(other, await quakes('dirty.csv', 500, 0.4)))
    const { quarantined, clean } = run.counters
    expect(quarantined).toBeGreaterThan(100)
    const share = Number(((100 * quarantined!) / 500).toFixed(1))
    expect(run.state).toBe('failed')
    expect(run.reason).toContain(`${quarantined} of 500 rows were refused (${share} %)`)
    expect(await countDocuments(other, measured)).toBe(before + clean!)
  })

  it('needs more than a few of them: a small file may be bad', async () => {
    const { state, counters } = await importSource(other, await quakes('small.csv', 90, 0.9))
    expect([state, counters['quarantined']! > 60]).toEqual(['succeeded', true])
  })
})

describe('the list of runs', () => {
  it('has those of a dataset, newest first, by state, a page after the other', async () => {
    const all: Run[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page = await listRuns(api, { dataset, limit: '2', ...(cursor ? { cursor } : {}) })
      expect(page.runs.length).toBeLessThanOrEqual(2)
      all.push(...page.runs)
      cursor = page.next
    }
    const asked = all.map(({ times }) => times['requested']!)
    expect(asked).toEqual(asked.toSorted().reverse())
    expect(new Set(all.map(({ runId }) => runId)).size).toBe(all.length)
    const { runs } = await listRuns(api, { dataset, state: 'cancelled' })
    expect(runs.map(({ runId }) => runId)).toEqual(
      all.filter(({ state }) => state === 'cancelled').map(({ runId }) => runId),
    )
    expect(runs.length).toBe(2)
  })

  it('refuses what it does not know', async () => {
    await expect(listRuns(api, { state: 'over' })).rejects.toThrow(/state: .*queued/)
    await expect(listRuns(api, { cursor: 'x' })).rejects.toThrow(/cursor: expected what `next` of another/)
  })
})

it('many runs that are asked for at once all come to their end', async () => {
  const names = Array.from({ length: 6 }, (_, i) => [dataset, other, 'quakes-third'][i % 3]!)
  const source = await quakes('many.csv', 100)
  const answers = await Promise.all(names.map((name, i) => post({ dataset: name, source }, `many ${i}`)))
  const ends = await Promise.all(answers.map(({ json }) => endOf(json.runId as string)))
  expect(ends.map(({ state }) => state)).toEqual(names.map(() => 'succeeded'))
})
