import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { loadDataset, type Dataset } from '@dsf/dataset'
import { afterAll, describe, expect, it } from 'vitest'
import { listen } from '../../testing/listen.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import type { HttpOptions } from './http-options.ts'
import { openSource } from './open-source.ts'
import { isSameFile, type SourceOptions } from './source-client.ts'
import { sourceTokens } from './source-tokens.ts'

const csv = 'id,name\n1,a\n'
const usual: SourceOptions = {
  ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 1_000_000 },
  pace: { maxSeconds: 1800, minBytesPerSecond: 0 },
  timeouts: { connect: 400, headers: 400, idle: 400, second: 10 },
}
const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))

const serve = async (listener: RequestListener) => `http://127.0.0.1:${await listen(createServer(listener))}`

async function read(url: string, http: HttpOptions, more: Partial<SourceOptions> = {}): Promise<string> {
  const source = await openSource(url, { ...usual, ...more, http })
  return isSameFile(source) ? source.same : (await buffer(source.stream)).toString()
}

/** An API that takes a token only while it is good, and the server of its tokens, which numbers them. */
async function serveWithTokens(isGood: (token: number, asked: number) => boolean, seconds = 3600) {
  const asked: string[] = []
  let issued = 0
  const base = await serve((request, response) => {
    const { url, headers } = request
    if (url === '/token') {
      void text(request).then((body) => {
        asked.push(`${headers.authorization} ${body}`)
        response.end(JSON.stringify({ access_token: `t${++issued}`, expires_in: seconds }))
      })
      return
    }
    const token = Number(/^Bearer t(\d+)$/.exec(headers.authorization ?? '')?.[1] ?? 0)
    asked.push(`${url} t${token}`)
    if (!isGood(token, asked.length)) return void response.writeHead(401).end()
    const page = Number(new URL(url!, 'http://a').searchParams.get('page') ?? 1)
    response.end(page > 3 ? 'id,name\n' : `id,name\n${page},a\n`)
  })
  return { base, asked }
}

const loaded = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))
const pages = {
  by: 'number',
  parameter: 'page',
  maxPages: 10,
  dialect: { delimiter: ',', quoteChar: '"', skipInitialSpace: false, header: true },
} as const

function tokensFor(
  tokenUrl: string,
  more: Partial<NonNullable<Dataset['source']['oauth']>> = {},
  reach = {},
) {
  writeFileSync(join(folder, 'api'), 'hunter2\n')
  const oauth = {
    ...{ tokenUrl, clientId: 'dsf', clientSecret: '${secret:api}' },
    ...{ parameters: {}, sendIn: 'header' as const, ...more },
  }
  const dataset = { ...loaded, source: { ...loaded.source, oauth } }
  return sourceTokens(dataset, { allow: usual.allow, secrets: folder, ...reach })!
}

const basic = `Basic ${btoa('dsf:hunter2')}`
const grant = 'grant_type=client_credentials'

describe('a source that wants a token', () => {
  it('gets one by client credentials, one for all of its pages', async () => {
    const { base, asked } = await serveWithTokens(() => true)
    const tokens = tokensFor(`${base}/token`, { scope: 'rows', parameters: { audience: 'a' } })
    expect(await read(`${base}/rows`, { tokens, pages })).toBe('id,name\n1,a\n2,a\n3,a\n')
    expect(asked).toEqual([
      `${basic} ${grant}&scope=rows&audience=a`,
      ...[1, 2, 3, 4].map((page) => `/rows?page=${page} t1`),
    ])
  })

  it('may want its client in the body', async () => {
    const { base, asked } = await serveWithTokens(() => true)
    await read(`${base}/rows`, { tokens: tokensFor(`${base}/token`, { sendIn: 'body' }) })
    expect(asked[0]).toBe(`undefined ${grant}&client_id=dsf&client_secret=hunter2`)
  })

  it('that refuses it in the middle gets a new one, and is asked for that page again', async () => {
    // token 1 is taken back behind the second page
    const { base, asked } = await serveWithTokens((token, count) => token > 1 || count <= 3)
    const tokens = tokensFor(`${base}/token`)
    expect(await read(`${base}/rows`, { tokens, pages })).toBe('id,name\n1,a\n2,a\n3,a\n')
    expect(asked.filter((line) => line.startsWith('/rows'))).toEqual([
      ...['/rows?page=1 t1', '/rows?page=2 t1', '/rows?page=3 t1'],
      ...['/rows?page=3 t2', '/rows?page=4 t2'],
    ])
  })

  it('that refuses the new one, too, has failed', async () => {
    const { base, asked } = await serveWithTokens(() => false)
    const refused = read(`${base}/rows`, { tokens: tokensFor(`${base}/token`) })
    expect(await sourceFailure(refused)).toEqual([`${base}/rows answered 401 Unauthorized`, false])
    expect(asked.filter((line) => line.startsWith('/rows'))).toEqual(['/rows t1', '/rows t2'])
  })

  it('gets another one when that is nearly over', async () => {
    const { base, asked } = await serveWithTokens(() => true, 20)
    await read(`${base}/rows`, { tokens: tokensFor(`${base}/token`), pages })
    expect(asked.filter((line) => line.startsWith('/rows')).map((line) => line.slice(-2))).toEqual([
      't1',
      't2',
      't3',
      't4',
    ])
  })

  it('does not have it sent to another server', async () => {
    let sent: string | undefined = 'nothing'
    const other = await serve((request, response) => {
      sent = request.headers.authorization
      response.end(csv)
    })
    const base = await serve((request, response) => {
      if (request.url === '/token') response.end(JSON.stringify({ access_token: 't', expires_in: 3600 }))
      else response.writeHead(302, { location: `${other}/rows` }).end()
    })
    expect(await read(`${base}/rows`, { tokens: tokensFor(`${base}/token`) })).toBe(csv)
    expect(sent).toBeUndefined()
  })
})

describe('a server of tokens', () => {
  const failure = async (listener: RequestListener, reach = {}) => {
    const base = await serve(listener)
    const [message, transient] = await sourceFailure(
      read('http://127.0.0.1:1/rows', { tokens: tokensFor(`${base}/token`, {}, reach) }),
    )
    expect(message).not.toContain('hunter2')
    return [message.replaceAll(base, 'URL'), transient]
  }
  const answering =
    (status: number, body = '{}', headers = {}): RequestListener =>
    (_, response) =>
      response.writeHead(status, headers).end(body)

  it('that does not know the client fails the run, which does not ask again', async () => {
    expect(await failure(answering(401, '{"error":"invalid_client"}'))).toEqual([
      'URL/token gives dsf no token: 401 invalid_client',
      false,
    ])
  })

  it('that is out of order for now is asked again', async () => {
    expect(await failure(answering(503))).toEqual([
      'URL/token gives dsf no token: 503 without a usable access_token',
      true,
    ])
  })

  it('does not get the secret passed on by redirecting', async () => {
    let wasAsked = false
    const other = await serve((_, response) => {
      wasAsked = true
      response.end('{"access_token":"t"}')
    })
    const [message] = await failure(answering(307, '', { location: `${other}/token` }))
    expect(message).toBe('no token of URL/token: unexpected redirect')
    expect(wasAsked).toBe(false)
  })

  it('sends no more than an answer can be', async () => {
    const [message] = await failure(answering(200, 'x'.repeat(100_000)))
    expect(message).toBe('no token of URL/token: the answer has more than 65536 bytes')
  })

  it('is no private address', async () => {
    const [message, transient] = await failure(answering(200), { allow: [] })
    expect(message).toMatch(
      /^no token of URL\/token: .*is refused: 127\.0\.0\.1 is not a public address \(loopback\)$/,
    )
    expect(transient).toBe(false)
  })

  it('is asked through the proxy, where there is one', async () => {
    const asked: string[] = []
    const proxy = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.end('{"access_token":"t","expires_in":3600}')
    })
    const tokens = tokensFor('http://login.invalid/token', {}, { allow: [], proxy: () => proxy })
    expect(await tokens.get()).toBe('t')
    expect(asked).toEqual(['POST http://login.invalid/token'])
  })

  it('gets no secret that is not there', async () => {
    const [message] = await failure(answering(200), { secrets: join(folder, 'none') })
    expect(message).toContain('the secret "api", which the definition\'s source names, cannot be read')
  })

  it('is waited for no longer than the run', async () => {
    const stop = new AbortController()
    const [message] = await failure(() => stop.abort(new Error('it is over')), { signal: stop.signal })
    expect(message).toBe('no token of URL/token: it is over')
  })
})
