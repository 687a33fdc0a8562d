import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { loadDataset, type Dataset } from '@dsf/dataset'
import { openStore, storeVariables } from '@dsf/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { environment } from '../../../../e2e/support/stack.ts'
import { landSource, type Landed } from './land-source.ts'
import type { Before } from './which-file.ts'

const store = openStore(z.object(storeVariables).parse(environment))
const secrets = mkdtempSync(join(tmpdir(), 'dsf-'))
writeFileSync(join(secrets, 'api-client'), 'hunter2\n')

let server: Server
let base: string
/** what the API was asked */
let asked: string[] = []
/** how often its token is taken */
let uses = 0
let tokens = 0
const usesOfAToken = 2

beforeAll(async () => {
  await store.ensureBucket()
  server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(secrets, { recursive: true })
})

/** An API of questions in pages of 1,000 rows, whose tokens are good for two of them. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url, headers } = request
  const body = await text(request)
  if (url === '/token') {
    uses = 0
    return void response.end(JSON.stringify({ access_token: `t${++tokens}`, expires_in: 3600 }))
  }
  asked.push(`${method} ${url} ${body} ${headers.authorization}`)
  if (headers.authorization !== `Bearer t${tokens}` || ++uses > usesOfAToken)
    return void response.writeHead(401).end()
  const offset = Number(new URL(url!, base).searchParams.get('offset') ?? 0)
  const rows = Array.from({ length: Math.min(1000, 4500 - offset) }, (_, i) => `${offset + i},x\n`)
  response.end(`id,name\n${rows.join('')}`)
}

const loaded = loadDataset('datasets/earthquakes')
const api = (): Dataset => ({
  ...loaded,
  source: {
    ...loaded.source,
    url: `${base}/rows`,
    post: { body: '{"year":2026}', contentType: 'application/json' },
    oauth: {
      ...{ tokenUrl: `${base}/token`, clientId: 'dsf', clientSecret: '${secret:api-client}' },
      ...{ parameters: {}, sendIn: 'header' },
    },
    pages: {
      ...{ by: 'offset', parameter: 'offset', limitParameter: 'limit', limit: 1000, maxPages: 100 },
    },
  },
})

const land = (source: string, before?: Before) => {
  const run = { run: randomBytes(16).toString('hex'), requested_at: 0, source }
  asked = []
  return landSource(
    store,
    api(),
    run,
    { allow: ['127.0.0.1/32'], roots: [], secrets, before },
    () => undefined,
  )
}

describe('an API', () => {
  const whole = `id,name\n${Array.from({ length: 4500 }, (_, i) => `${i},x\n`).join('')}`

  it('lands as one file, however often its token expires, and is known by its content', async () => {
    const { landing, etag, modified, redirected, ...landed } = (await land(`${base}/rows`)) as Landed
    expect((await store.get(landing)).toString()).toBe(whole)
    const offsets = asked.map((line) => Number(/offset=(\d+)/.exec(line)![1]))
    expect(offsets).toEqual([0, 1000, 2000, 2000, 3000, 4000, 4000, 4500])
    expect(asked[0]).toBe('POST /rows?offset=0&limit=1000 {"year":2026} Bearer t1')
    const { landing_bytes: bytes, landing_sha256: sha256 } = landed
    const again = await land(`${base}/rows`, { etag, modified, redirected, bytes, sha256 })
    expect(again).toEqual({ same: 'content', etag, modified, redirected, landing_bytes: whole.length })
  })

  it('is asked by its definition at another of its queries, and not at another of its paths', async () => {
    await land(`${base}/rows?month=11`)
    expect(asked[0]).toMatch(/^POST \/rows\?month=11&offset=0&limit=1000 \{"year":2026\} Bearer/)
    await land(`${base}/files/all.csv`)
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatch(/^GET \/files\/all\.csv {2}Bearer/)
  })
})
