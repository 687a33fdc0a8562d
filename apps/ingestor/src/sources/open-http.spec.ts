import { createServer, type IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { listen } from '../../testing/listen.ts'
import { openHttp } from './open-http.ts'
import { isSameFile, type SentBefore } from './source-client.ts'

const csv = Buffer.from('id,name\n1,a\n')
const modified = 'Mon, 23 Nov 2026 10:00:00 GMT'
/** Answers as told, and with 304 to a condition only if it is a server that knows them. */
async function serve(headers: Record<string, string>, knowsConditions: boolean) {
  const asked: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers)
    const isConditional =
      request.headers['if-none-match'] === headers['etag'] ||
      request.headers['if-modified-since'] === headers['last-modified']
    response.writeHead(knowsConditions && isConditional ? 304 : 200, headers)
    response.end(knowsConditions && isConditional ? undefined : csv)
  })
  const port = await listen(server)
  return { url: new URL(`http://127.0.0.1:${port}/a.csv`), asked }
}

async function ask(url: URL, known: SentBefore) {
  const pace = { maxSeconds: 60, minBytesPerSecond: 0 }
  const opened = await openHttp(url, { allow: ['127.0.0.1/32'], roots: [], maxBytes: 1000, pace, known })
  if (isSameFile(opened)) return opened.same
  opened.body.resume()
  return { etag: opened.etag, modified: opened.modified }
}

const before = { etag: null, modified: null, redirected: null, bytes: csv.length }
const length = { 'content-length': String(csv.length) }

describe('a server that is asked for news only', () => {
  it.each<
    [
      what: string,
      headers: Record<string, string>,
      conditions: boolean,
      known: Partial<SentBefore>,
      same: string,
    ]
  >([
    ['tells by its entity tag', { etag: '"1"' }, true, { etag: '"1"' }, 'etag'],
    ['tells by a weak one too', { etag: 'W/"1"' }, true, { etag: 'W/"1"' }, 'etag'],
    ['tells by the time', { 'last-modified': modified }, true, { modified }, 'last-modified'],
    ['need not know conditions: the tag is the same', { etag: '"1"' }, false, { etag: '"1"' }, 'etag'],
    [
      'need not know conditions: size and time are the same',
      { 'last-modified': modified, ...length },
      false,
      { modified },
      'size and time',
    ],
  ])('%s', async (_, headers, conditions, known, same) => {
    const { url } = await serve(headers, conditions)
    expect(await ask(url, { ...before, ...known })).toBe(same)
  })

  it.each<[what: string, headers: Record<string, string>, known: Partial<SentBefore>]>([
    ['another tag', { etag: '"2"', 'last-modified': modified, ...length }, { etag: '"1"', modified }],
    ['a weak tag, where the server does not say that it is the same', { etag: 'W/"1"' }, { etag: 'W/"1"' }],
    ['another time', { 'last-modified': modified, ...length }, { modified: 'Mon, 23 Nov 2026 09:00:00 GMT' }],
    ['another size', { 'last-modified': modified, ...length }, { modified, bytes: 3 }],
    ['no size', { 'last-modified': modified, 'transfer-encoding': 'chunked' }, { modified }],
  ])('sends the file that has %s', async (_, headers, known) => {
    const { url, asked } = await serve(headers, false)
    expect(await ask(url, { ...before, ...known })).toMatchObject({ etag: headers['etag'] })
    expect(asked).toMatchObject([
      {
        ...(known.etag ? { 'if-none-match': known.etag } : {}),
        ...(known.modified ? { 'if-modified-since': known.modified } : {}),
      },
    ])
  })

  it('is not taken at its word for a time of this very second, in which the file may change again', async () => {
    const now = new Date().toUTCString()
    const { url } = await serve({ 'last-modified': now, date: now }, false)
    expect(await ask(url, before)).toEqual({ etag: undefined, modified: undefined })
  })

  it('that says 304 to who did not ask for news has answered with an error', async () => {
    const { url } = await serve({ etag: '"1"' }, true)
    const pace = { maxSeconds: 60, minBytesPerSecond: 0 }
    const options = { allow: ['127.0.0.1/32'], roots: [], maxBytes: 1000, pace }
    const headers = { 'if-none-match': '"1"' }
    await expect(openHttp(url, { ...options, headers })).rejects.toThrow('answered 304 Not Modified')
  })
})

describe('a source that redirects', () => {
  /** A file per path, each with the same tag and an older time than the one before, by a server that knows conditions. */
  async function serveBehind(to: () => string, headers: Record<string, string>) {
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      const { 'if-none-match': tag, 'if-modified-since': since } = request.headers
      asked.push(tag ?? since)
      if (request.url === '/latest.csv') return void response.writeHead(302, { location: to() }).end()
      const isKnown =
        tag === undefined
          ? Date.parse(since ?? '') >= Date.parse(headers['last-modified'] ?? '')
          : tag === headers['etag']
      response.writeHead(isKnown ? 304 : 200, headers).end(isKnown ? undefined : csv)
    })
    const port = await listen(server)
    return { url: new URL(`http://127.0.0.1:${port}/latest.csv`), asked }
  }
  const options = {
    ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 1000 },
    pace: { maxSeconds: 60, minBytesPerSecond: 0 },
  }

  it.each<[by: string, headers: Record<string, string>]>([
    ['etag', { etag: '"1"' }],
    ['last-modified', { 'last-modified': modified }],
  ])('has another file when it is another address, whatever its %s', async (by, headers) => {
    let day = '/monday.csv'
    const { url, asked } = await serveBehind(() => day, headers)
    const first = await openHttp(url, options)
    if (isSameFile(first)) throw new Error('nothing is known yet')
    first.body.resume()
    const { etag = null, modified: time = null, redirected = null } = first
    const known = { etag, modified: time, redirected, bytes: csv.length }
    expect(await openHttp(url, { ...options, known })).toMatchObject({ same: by, redirected })
    day = '/tuesday.csv'
    const next = await openHttp(url, { ...options, known })
    expect(isSameFile(next)).toBe(false)
    expect(next.redirected).not.toBe(redirected)
    if (!isSameFile(next)) next.body.resume()
    const condition = etag ?? time ?? ''
    expect(asked).toEqual([undefined, undefined, undefined, condition, undefined, undefined])
  })

  it('that says 304 although nothing is known to ask by has answered with an error', async () => {
    const { url } = await serve({ etag: '"1"' }, true)
    const asking = openHttp(url, { ...options, known: before, headers: { 'if-none-match': '"1"' } })
    await expect(asking).rejects.toThrow('answered 304 Not Modified')
  })
})
