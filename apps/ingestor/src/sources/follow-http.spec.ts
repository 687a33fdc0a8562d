import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { buffer, text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { listen } from '../../testing/listen.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import type { HttpOptions } from './http-options.ts'
import { openSource } from './open-source.ts'
import { isSameFile, type SourceOptions } from './source-client.ts'

const csv = 'id,name\n1,a\n'
const usual: SourceOptions = {
  ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 1_000_000 },
  pace: { maxSeconds: 1800, minBytesPerSecond: 0 },
  timeouts: { connect: 400, headers: 400, idle: 400, second: 10 },
}

const serve = async (listener: RequestListener) => `http://127.0.0.1:${await listen(createServer(listener))}`

async function read(url: string, http: HttpOptions, more: Partial<SourceOptions> = {}): Promise<string> {
  const source = await openSource(url, { ...usual, ...more, http })
  return isSameFile(source) ? source.same : (await buffer(source.stream)).toString()
}

describe('a source that is asked with POST', () => {
  const post = { body: '{"from":"2026-11-01"}', contentType: 'application/json' }

  it('gets body and content type', async () => {
    const asked: unknown[] = []
    const base = await serve((request, response) => {
      void text(request).then((body) => {
        asked.push([request.method, request.headers['content-type'], request.headers['x-key'], body])
        response.end(csv)
      })
    })
    const headers = { 'x-key': 'k' }
    expect(await read(`${base}/rows`, { post }, { headers })).toBe(csv)
    expect(asked).toEqual([['POST', 'application/json', 'k', post.body]])
  })

  it('is asked for no news: a version is one of an address, and not of an answer', async () => {
    const headers: IncomingMessage['headers'][] = []
    const version = { etag: '"1"', 'last-modified': 'Mon, 23 Nov 2026 10:00:00 GMT' }
    const base = await serve((request, response) => {
      headers.push(request.headers)
      response.writeHead(200, version).end(csv)
    })
    const known = { etag: '"1"', modified: version['last-modified'], redirected: null, bytes: csv.length }
    const source = await openSource(`${base}/rows`, { ...usual, http: { post }, known })
    if (isSameFile(source)) throw new Error('it was sent')
    expect(await text(source.stream)).toBe(csv)
    expect([source.etag, source.modified, source.redirected]).toEqual([undefined, undefined, undefined])
    expect(headers[0]).not.toHaveProperty('if-none-match')
    expect(headers[0]).not.toHaveProperty('if-modified-since')
  })

  it('may say where its answer lies, which is fetched without the question', async () => {
    const asked: unknown[] = []
    const base = await serve((request, response) => {
      asked.push([request.method, request.url, request.headers['content-type']])
      if (request.url === '/rows') response.writeHead(303, { location: '/answers/1' }).end()
      else response.end(csv)
    })
    expect(await read(`${base}/rows`, { post })).toBe(csv)
    expect(asked).toEqual([
      ['POST', '/rows', 'application/json'],
      ['GET', '/answers/1', undefined],
    ])
  })

  it.each([301, 302, 307, 308])('does not have its question sent elsewhere by a %i', async (status) => {
    const base = await serve((_, response) => response.writeHead(status, { location: '/other' }).end())
    const [message] = await sourceFailure(read(`${base}/rows`, { post }))
    expect(message).toMatch(
      /\/rows answered \d+ .+ to a POST; name the address that it leads to in source\.url$/,
    )
  })
})
