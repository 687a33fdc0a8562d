import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { loadDataset } from '@dsf/dataset'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCertificate } from '../../testing/certificates.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { openSource } from './open-source.ts'
import { sourceTokens } from './source-tokens.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
const own = makeCertificate(folder, 'own')
const ca = readFileSync(own.cert, 'utf8')
const stranger = readFileSync(makeCertificate(folder, 'stranger').cert, 'utf8')
const loaded = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))
let server: Server
let base: string

beforeAll(async () => {
  writeFileSync(join(folder, 'api'), 'hunter2')
  writeFileSync(join(folder, 'ca'), ca)
  server = createServer({ cert: ca, key: readFileSync(own.key) }, ({ url }, response) => {
    const page = Number(new URL(url!, base).searchParams.get('page'))
    if (url === '/token') response.end(JSON.stringify({ access_token: 't', expires_in: 3600 }))
    else response.end(page > 2 ? 'id,name\n' : `id,name\n${page},a\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

function tokens(ca: string | undefined) {
  const oauth = {
    ...{ tokenUrl: `${base}/token`, clientId: 'dsf', clientSecret: '${secret:api}' },
    ...{ parameters: {}, sendIn: 'header' as const },
  }
  const dataset = { ...loaded, source: { ...loaded.source, oauth, ca } }
  return sourceTokens(dataset, { allow: ['127.0.0.1/32'], secrets: folder })!
}

async function pages(ca: string | undefined): Promise<string> {
  const dialect = { delimiter: ',', quoteChar: '"', skipInitialSpace: false, header: true }
  const { stream } = await openSource(`${base}/rows`, {
    ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 1_000_000, access: { ca } },
    pace: { maxSeconds: 1800, minBytesPerSecond: 0 },
    timeouts: { second: 10 },
    http: { pages: { by: 'number', parameter: 'page', maxPages: 9, dialect } },
  })
  return (await buffer(stream)).toString()
}

describe('who signed the certificate of a server', () => {
  it.each(['as PEM', 'by the name of a secret'])('is believed for its tokens, %s', async (how) => {
    expect(await tokens(how === 'as PEM' ? ca : '${secret:ca}').get()).toBe('t')
  })

  it('is believed for its pages', async () => {
    expect(await pages(ca)).toBe('id,name\n1,a\n2,a\n')
  })

  it.each(['nobody', 'another one'])('is believed in nothing when the definition names %s', async (who) => {
    const other = who === 'nobody' ? undefined : stranger
    await expect(tokens(other).get()).rejects.toThrow()
    const [message] = await sourceFailure(pages(other))
    expect(message).toContain('has no certificate that we trust')
  })
})
