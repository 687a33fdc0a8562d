import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { csv, options, urlOf, serve, serveRaw, read } from '../../testing/served-source.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { decompressLimited, measuredBefore } from '../reading/decompress.ts'
import { openSource } from './open-source.ts'

describe('over http', () => {
  it('yields the bytes as sent and what the headers say, asking for no encoding', async () => {
    const headers = {
      etag: '"v1"',
      'last-modified': 'Mon, 23 Nov 2026 10:00:00 GMT',
      'content-type': 'text/csv',
      'content-length': csv.length,
    }
    let asked = {}
    const base = await serve((request, response) => {
      asked = {
        encoding: request.headers['accept-encoding'],
        path: request.url,
        authorization: request.headers.authorization,
      }
      response.writeHead(200, headers).end(csv)
    })
    const { stream, ...facts } = await openSource(`${base.replace('//', '//me:p%40ss@')}/a.csv?q=1`, options)
    expect(await buffer(stream)).toEqual(csv)
    expect(facts).toEqual({
      compression: undefined,
      etag: '"v1"',
      modified: headers['last-modified'],
      contentType: 'text/csv',
      contentLength: csv.length,
    })
    expect(asked).toEqual({
      encoding: 'identity',
      path: '/a.csv?q=1',
      authorization: `Basic ${btoa('me:p@ss')}`,
    })
  })

  it.each(['compress', 'gzip, br', 'UTF-8'])(
    'names a Content-Encoding that it cannot read: %s',
    async (encoding) => {
      const base = await serve((_, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(csv),
      )
      expect(await sourceFailure(openSource(base, options))).toEqual([
        `${base}/ was sent with Content-Encoding ${JSON.stringify(encoding.toLowerCase().replace(' ', ''))}; only one of gzip, zstd, br and deflate, or none, can be read`,
        false,
      ])
    },
  )

  it('tells gzip by its first bytes, with or without Content-Encoding, and leaves it compressed', async () => {
    const packed = gzipSync(csv)
    for (const encoding of ['', 'identity', 'gzip', 'X-GZIP']) {
      const base = await serve((_, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(packed),
      )
      const { stream, compression } = await openSource(base, options)
      expect(compression).toBe('gzip')
      expect(await buffer(decompressLimited(stream, 'gzip', measuredBefore))).toEqual(csv)
    }
    const base = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'application/gzip' }).end(csv),
    )
    expect((await openSource(`${base}/a.csv.gz`, options)).compression).toBeUndefined()
  })

  it('tells what has no magic by Content-Encoding, and else by the definition', async () => {
    const packed = brotliCompressSync(csv)
    for (const [encoding, compression] of [
      ['br', undefined],
      ['', 'brotli'],
      ['deflate, identity', 'brotli'],
    ] as const) {
      const base = await serve((_, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(packed),
      )
      const found = (await openSource(base, { ...options, compression })).compression
      expect(found).toBe(encoding.startsWith('deflate') ? 'deflate' : 'brotli')
    }
    // what the bytes say counts more
    const base = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'br' }).end(gzipSync(csv)),
    )
    expect((await openSource(base, { ...options, compression: 'deflate' })).compression).toBe('gzip')
  })

  it('opens bodies of none, one and slowly arriving bytes', async () => {
    for (const body of ['', '\x1f']) {
      const base = await serve((_, response) => response.end(body))
      const source = await openSource(base, options)
      expect([source.compression, (await buffer(source.stream)).length]).toEqual([undefined, body.length])
    }
    const base = await serve((_, response) => {
      response.write(Buffer.from([0x1f]))
      setTimeout(() => response.end(Buffer.from([0x8b])), 50)
    })
    expect((await openSource(base, options)).compression).toBe('gzip')
  })

  it.each([
    [404, 'answered 404 Not Found', false],
    [403, 'answered 403 Forbidden', false],
    [204, 'answered 204 No Content', false],
    [304, 'answered 304 Not Modified', false],
    [302, 'answered 302 Found', false],
    [429, 'answered 429 Too Many Requests', true],
    [500, 'answered 500 Internal Server Error', true],
    [503, 'answered 503 Service Unavailable', true],
    [599, 'answered 599', true],
  ])('says that the server answered %i', async (status, sentence, transient) => {
    const base = await serve((_, response) => response.writeHead(status).end())
    const url = base.replace('//', '//user:s3cret@') + '/a.csv?key=s3cret'
    expect(await sourceFailure(openSource(url, options))).toEqual([`${base}/a.csv?… ${sentence}`, transient])
  })

  it('says that the connection was refused, and by whom', async () => {
    const server = createServer()
    const base = await urlOf(server)
    await new Promise<void>((resolve) => void server.close(() => resolve()))
    expect(await sourceFailure(openSource(base, options))).toEqual([
      `connection refused by ${base.slice(7)}`,
      true,
    ])
  })

  it('says that a host name is not found', async () => {
    const [sentence] = await sourceFailure(openSource('http://no-such-host.invalid/a.csv', options))
    expect(sentence).toMatch(/^host name no-such-host\.invalid (not found|could not be looked up)$/)
  })

  it.each([
    ['a body shorter than announced', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nid,name\n'],
    [
      'a chunked body without its end',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\nid,name\n\r\n',
    ],
  ])('does not take %s for the whole', async (_, answer) => {
    const [sentence, transient] = await sourceFailure(read(await serveRaw(answer)))
    expect(sentence).toMatch(/was lost|another number of bytes|sent 8 of 100 bytes/)
    expect(transient).toBe(true)
  })

  it('says that a server does not speak HTTP, or hangs up', async () => {
    expect((await sourceFailure(openSource(await serveRaw('220 ftp ready\r\n'), options)))[0]).toMatch(
      /does not speak HTTP/,
    )
    expect((await sourceFailure(openSource(await serveRaw(''), options)))[0]).toMatch(
      /the connection to .* was lost/,
    )
  })

  it('stops at the limit, announced or not', async () => {
    const announced = await serve((_, response) =>
      response.writeHead(200, { 'content-length': 2000 }).end(Buffer.alloc(2000)),
    )
    expect(await sourceFailure(openSource(announced, { ...options, maxBytes: 1999 }))).toEqual([
      `${announced}/ is longer than the limit of 1999 bytes`,
      false,
    ])
    expect((await read(announced, { maxBytes: 2000 })).length).toBe(2000)
    const endless = await serve((_, response) => {
      const more = () => response.write(Buffer.alloc(10_000)) && !response.closed && setImmediate(more)
      response.on('drain', more).on('error', () => undefined)
      more()
    })
    expect(await sourceFailure(read(endless))).toEqual([
      `${endless}/ is longer than the limit of 1000000 bytes`,
      false,
    ])
  })
})
