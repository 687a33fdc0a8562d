/** The published files, and a server of them that can stall, break off, or publish something else. */
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeQuakes } from '../../bench/generate-quakes.ts'

/** How a file is sent. `other` is the file as it is published later: shorter, and nothing in it is wrong. */
export type Manner = 'whole' | 'stalls' | 'truncated' | 'other'

export interface Source {
  /** of round `number`, counted from 1 */
  url: (number: number) => string
  /** for the next requests, in their order; those behind them get the file whole */
  manners: Manner[]
  close: () => Promise<void>
}

const rowsPerFile = 1600
/** Rows that come again in the next file, as they do in a feed of the last week. */
const overlap = 300

/** The same files for the same seed. */
export async function writeFiles(folder: string, seed: number, rounds: number): Promise<void> {
  mkdirSync(folder, { recursive: true })
  let before: string[] = []
  for (let number = 1; number <= rounds; number++) {
    const file = fileOf(folder, number)
    await writeQuakes(file, { rows: rowsPerFile, seed: seed * 1000 + number, days: 2, broken: 0.01 })
    const lines = readFileSync(file, 'latin1').split('\n')
    writeFileSync(file, [lines[0], ...before, ...lines.slice(1)].join('\n'), 'latin1')
    before = lines.slice(1, -1).slice(-overlap)
  }
}

const fileOf = (folder: string, number: number) => join(folder, `round-${number}.csv`)

export async function openSource(folder: string, port: number): Promise<Source> {
  const source: Source = {
    url: (number) => `http://127.0.0.1:${port}/${number}`,
    manners: [],
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  const server = createServer((asked, answer) => {
    const manner = source.manners.shift() ?? 'whole'
    const bytes = readFileSync(fileOf(folder, Number(asked.url!.slice(1))))
    send(answer, bytes, manner).catch(() => answer.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return source
}

async function send(answer: ServerResponse, bytes: Buffer, manner: Manner): Promise<void> {
  const headers = { 'content-type': 'text/csv' }
  if (manner === 'other') {
    answer.writeHead(200, headers).end(bytes.subarray(0, bytes.indexOf('\n', bytes.length / 2) + 1))
    return
  }
  answer.writeHead(200, { ...headers, 'content-length': bytes.length })
  if (manner === 'whole') {
    answer.end(bytes)
    return
  }
  answer.write(bytes.subarray(0, bytes.length / 2))
  await sleep(manner === 'stalls' ? 4000 : 50)
  if (manner === 'stalls') answer.end(bytes.subarray(bytes.length / 2))
  else answer.destroy()
}
