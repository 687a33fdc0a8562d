/** A server of generated files on the bridge of the cluster. A file that is fetched again has the same bytes. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { generateQuakes, type QuakeFileSummary } from '../../bench/generate-quakes.ts'
import { network } from '../../infra/k8s-local/settings.ts'

const options = (seed: number) => ({ rows: 60_000, days: 2, seed })

export interface Files {
  url: (seed: number) => string
  close: () => void
}

export async function serveFiles(): Promise<Files> {
  const server = createServer((asked, answer) => {
    answer.writeHead(200, { 'content-type': 'text/csv' })
    Readable.from(generateQuakes(options(Number(asked.url!.slice(1)))).chunks)
      .pipe(answer)
      .once('error', () => answer.destroy())
  })
  server.listen(0, network.address)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: (seed) => `http://${network.address}:${port}/${seed}`,
    close: () => void server.close().closeAllConnections(),
  }
}

/** What is in a file, and so what must come of it. */
export function summaryOf(seed: number): QuakeFileSummary {
  const { chunks, summary } = generateQuakes(options(seed))
  for (const _ of chunks);
  return summary
}
