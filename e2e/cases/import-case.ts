/** Imports the file of a case as a user would: from a folder, or from a server with headers of its own. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { endOf as endOfRun, startRun, type Run } from '../support/runs.ts'
import { filesDir } from '../support/stack.ts'
import type { Case } from './case.ts'

export interface Tried {
  case: Case
  runId: string
  seconds: number
  receipt?: Run
  /** why it failed */
  reason?: string
}

const served = new Map<string, Case>()
const server = createServer((request, response) => {
  const one = served.get(request.url!)
  response.writeHead(one ? 200 : 404, { 'content-type': 'text/csv', ...one?.headers }).end(one?.file)
})

export async function openServer(): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
}

export function closeServer(): void {
  server.close()
  server.closeAllConnections()
}

function sourceOf(one: Case): string {
  const name = `${randomUUID()}.csv`
  if (one.headers) {
    served.set(`/${name}`, one)
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`
  }
  const folder = join(filesDir, 'cases')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), one.file)
  return `file://${join(folder, name)}`
}

export const startCase = (one: Case): Promise<string> => startRun(one.dataset, sourceOf(one))

/** The end of a run, whatever it is. What never ends is a reason too, so that it hides no other case. */
export async function endOf(one: Case, runId: string, since = Date.now()): Promise<Tried> {
  const tried = { case: one, runId }
  const seconds = () => (Date.now() - since) / 1000
  try {
    const run = await endOfRun(runId, 30)
    const why = run.reason === undefined ? {} : { reason: run.reason }
    return { ...tried, ...why, ...(run.closed > 0 ? { receipt: run } : {}), seconds: seconds() }
  } catch (error) {
    return { ...tried, reason: (error as Error).message, seconds: seconds() }
  }
}

export async function importCase(one: Case): Promise<Tried> {
  const since = Date.now()
  return endOf(one, await startCase(one), since)
}
