/**
 * What a stranger can make of the ingestor's memory: each thing done to one ingestor that goes on from one to the next, with the most
 * resident memory that Linux saw during it.
 *
 *   node bench/bombs.ts [RESULT.json]
 */
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { getRun, startRun } from '../infra/client/runs.ts'
import { HEADER } from '../infra/feed/quake.ts'
import { stageEnvironment } from '../infra/local/environment.ts'
import { apiOf } from '../infra/local/run-client.ts'
import { startStack, stopStack } from '../infra/local/stack.ts'
import { beginPeak, memoryMiB, startStage } from './measure-stage.ts'
import { benchSettings } from './settings.ts'

const result = process.argv[2]
const folder = mkdtempSync(join(tmpdir(), 'dsf-bench-'))
const settings = benchSettings(folder, { SERVERS_ONLY: '1' })
const api = apiOf(settings)
const dataset = 'earthquakes'
const row = (id: string) =>
  `2026-11-01T00:00:00.000Z,10,20,5,1,ml,,,,,us,${id},2026-11-01T01:00:00.000Z,"1km N of X, Chile",earthquake,,,,,reviewed,us,us\n`
const mib = 2 ** 20

function* repeated(piece: string | Buffer, times: number): Generator<string | Buffer> {
  for (let i = 0; i < times; i++) yield piece
}

function* rows(count: number, of: (i: number) => string): Generator<string> {
  yield `${HEADER}\n`
  for (let i = 0; i < count; i++) yield of(i)
}

/** Until the ingestor has done its part: what it has published stays where it is, because no other stage runs. */
async function imported(name: string, content: Iterable<string | Buffer>, gzip = false): Promise<string> {
  const file = join(folder, name)
  const out = createWriteStream(file)
  await (gzip ? pipeline(Readable.from(content), createGzip(), out) : pipeline(Readable.from(content), out))
  const { runId } = await startRun(api, { dataset, source: `file://${file}` })
  for (;;) {
    const { state, reason, rows: published } = await getRun(api, runId)
    if (!['queued', 'fetching', 'publishing'].includes(state))
      return `${Math.round(statSync(file).size / mib)} MiB, ${published} rows: ${state}${reason ? `, ${reason.slice(0, 90)}` : ''}`
    await setTimeout(200)
  }
}

/** @returns how often each status was answered */
async function posted(times: number, body: (i: number) => string): Promise<string> {
  const seen: Record<string, number> = {}
  const post = async (i: number) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${api.url}/v1/runs`, { method: 'POST', headers, body: body(i) }).catch(
      () => undefined,
    )
    await answer?.arrayBuffer().catch(() => undefined)
    const status = answer?.status ?? 'closed'
    seen[status] = (seen[status] ?? 0) + 1
  }
  for (let i = 0; i < times; i += 20) await Promise.all(Array.from({ length: 20 }, (_, j) => post(i + j)))
  return JSON.stringify(seen)
}

/** Requests that never end, each with 15 KiB of headers. */
async function halfOpen(connections: number): Promise<string> {
  const { hostname, port } = new URL(api.url)
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined).resume()
    socket.write(`POST /v1/runs HTTP/1.1\r\nhost: ${hostname}:${port}\r\nx: ${'x'.repeat(15_000)}`)
    return socket
  })
  await setTimeout(13_000)
  const open = sockets.filter((socket) => !socket.closed).length
  for (const socket of sockets) socket.destroy()
  return `${open} of ${connections} are open after 13 s`
}

async function asked(path: string, times: number, together: number): Promise<string> {
  const get = async () => (await fetch(`${api.url}${path}`)).arrayBuffer()
  for (let i = 0; i < times; i++) await Promise.all(Array.from({ length: together }, get))
  return `${times} times ${together}`
}

const bombs: Record<string, () => Promise<string>> = {
  'a million good rows': () =>
    imported(
      'good.csv',
      rows(1_000_000, (i) => row(`us${i}`)),
    ),
  'a header of 9,000 comments': () => imported('comments.csv', ['<!---->'.repeat(9000)]),
  'a header of a million columns': () => imported('columns.csv', repeated('a,', 1_000_000)),
  'a row of a million columns': () => imported('cells.csv', [`${HEADER}\n`, ','.repeat(1_000_000)]),
  'a row of 512 MiB': () => imported('row.csv', [`${HEADER}\n"`, ...repeated('x'.repeat(mib), 512)]),
  'a gzip of 3 GiB of zeros': () => imported('zeros.csv.gz', repeated(Buffer.alloc(mib), 3072), true),
  '1,500 keys of 60 kB': () =>
    imported(
      'keys.csv',
      rows(1500, (i) => row(`${i}${'k'.repeat(60_000)}`)),
    ),
  '300,000 refused rows': () =>
    imported(
      'refused.csv',
      rows(300_000, () => '1,2,3\n'),
    ),
  'quarantine, eight questions at once': () => asked(`/v1/quarantine/${dataset}/rows?limit=1000`, 20, 8),
  'counts of the quarantine': () => asked(`/v1/quarantine/${dataset}`, 20, 8),
  '300 requests of 1 MB': () => posted(300, () => JSON.stringify({ dataset, source: 'x'.repeat(1e6) })),
  '3,000 runs with a source of 7 kB': () =>
    posted(3000, (i) => JSON.stringify({ dataset, source: `file:///none-${i}-${'x'.repeat(7000)}` })),
  '3,000 runs that stall': () =>
    posted(3000, (i) => JSON.stringify({ dataset, source: `http://127.0.0.1:9/${i}${'x'.repeat(7000)}` })),
  '550 half requests': () => halfOpen(550),
}

try {
  await startStack(settings)
  const ingestor = await startStage(settings, 'ingestor', stageEnvironment(settings))
  const mostMiB: Record<string, number> = { 'after the start': memoryMiB(ingestor, 'VmHWM') }
  for (const [name, bomb] of Object.entries(bombs)) {
    beginPeak(ingestor)
    const became = await bomb()
    mostMiB[name] = memoryMiB(ingestor, 'VmHWM')
    console.log(`${name.padEnd(38)} ${String(mostMiB[name]).padStart(4)} MiB  ${became}`)
  }
  await ingestor.stop()
  const record = { node: process.version, cpu: cpus()[0]!.model, cores: cpus().length, mostMiB }
  if (result) writeFileSync(result, JSON.stringify(record, null, 2) + '\n')
} finally {
  await stopStack(settings)
  rmSync(folder, { recursive: true, force: true })
}
