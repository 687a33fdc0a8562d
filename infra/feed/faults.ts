import type { ServerResponse } from 'node:http'
import { AT, cellsOf, COLUMNS, HEADER, rowOf } from './quake.ts'
import { realEvents } from './real-events.ts'

const CSV = { 'content-type': 'text/csv; charset=utf-8' }

const sample = realEvents().slice(0, 20)
const goodRows = sample.map((event) => `${rowOf(cellsOf(event))}\n`)
const goodFile = `${HEADER}\n${goodRows.join('')}`

/** Ways in which a real server has failed a client, each under its own path. */
export const FAULTS: Record<string, (response: ServerResponse) => void> = {
  '/faults/404.csv': (response) =>
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n'),
  '/faults/500.csv': (response) =>
    response.writeHead(500, { 'content-type': 'text/plain' }).end('Out of order\n'),
  '/faults/html.csv': (response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(maintenancePage),
  '/faults/empty.csv': (response) => response.writeHead(200, CSV).end(),
  '/faults/no-key.csv': (response) => response.writeHead(200, CSV).end(withoutKey()),
  '/faults/truncated.csv': truncated,
  '/faults/slow.csv': stalled,
}

const maintenancePage =
  '<!doctype html>\n<html><head><title>Maintenance</title></head>\n<body><p>Back soon, we hope.</p></body></html>\n'

function withoutKey(): string {
  const rows = [[...COLUMNS], ...sample.map(cellsOf)]
  return rows.map((cells) => `${rowOf(cells.toSpliced(AT.id, 1))}\n`).join('')
}

/** Promises twice what it sends, then hangs up: only the length tells that rows are missing. */
function truncated(response: ServerResponse): void {
  response.writeHead(200, { ...CSV, 'content-length': 2 * Buffer.byteLength(goodFile) })
  response.write(goodFile, () => response.destroy())
}

/** Sends the first rows and then nothing, with the connection open until one side gives up. */
function stalled(response: ServerResponse): void {
  response.writeHead(200, { ...CSV, 'content-length': Buffer.byteLength(goodFile) })
  response.write(goodFile.slice(0, HEADER.length + 200))
}
