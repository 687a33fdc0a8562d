import type { ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { dialect, offset, part, read, serve, usual, whole } from '../../testing/paged-api.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { openSource } from './open-source.ts'

describe('a page that breaks', () => {
  /** Fails as told each time until the last, then is whole. */
  async function failing(times: number, fail: (response: ServerResponse, page: string) => void) {
    let failed = 0
    return serve((query, response) => {
      const page = part(Number(query.get('skip')), 3)
      if (query.get('skip') === '3' && failed++ < times) fail(response, page)
      else response.end(page)
    })
  }

  it.each<[how: string, fail: (response: ServerResponse, page: string) => void]>([
    ['is refused for now', (response) => response.writeHead(503, { 'retry-after': '2' }).end()],
    [
      'breaks off',
      (response, page) => {
        response.writeHead(200, { 'content-length': page.length })
        response.write(page.slice(0, 12), () => response.destroy())
      },
    ],
    ['stalls', (response, page) => response.writeHead(200).write(page.slice(0, 12))],
    [
      'breaks off compressed',
      (response, page) => {
        response.writeHead(200, { 'content-encoding': 'gzip' })
        response.write(gzipSync(page).subarray(0, 20), () => response.destroy())
      },
    ],
  ])('is asked for again, alone: it %s', async (_, fail) => {
    const { url, asked } = await failing(2, fail)
    expect(await read(url, offset)).toBe(whole)
    expect(asked.map((path) => new URL(path, url).searchParams.get('skip'))).toEqual('0 3 3 3 6 7'.split(' '))
  })

  it('does not: one that takes long is no slow source while its bytes come', async () => {
    const rows = Array.from({ length: 80 }, (_, i) => `${i},${'x'.repeat(20)}\n`)
    const { url } = await serve((query, response) => {
      if (query.get('skip') !== '0') return response.end()
      const left = ['id,name\n', ...rows]
      const timer = setInterval(() => {
        response.write(left.shift()!)
        if (left.length > 0) return
        clearInterval(timer)
        response.end()
      }, 10)
    })
    // a half minute takes 0.3 s here, and the page 0.8 s
    const pace = { maxSeconds: 1800, minBytesPerSecond: 5, spent: { seconds: 0, isResting: false } }
    expect(await read(url, offset, { pace })).toBe(['id,name\n', ...rows].join(''))
  })

  it('three times is told by its number, for good, and no more is asked', async () => {
    const { url, asked } = await failing(3, (response) => response.writeHead(500).end())
    const [message, transient] = await sourceFailure(read(url, offset))
    expect(message).toBe(`page 2 of ${url}?…: ${url}?… answered 500 Internal Server Error`)
    expect(transient).toBe(false)
    expect(asked).toHaveLength(4)
  })

  it('for longer than the source may take is given up', async () => {
    const { url } = await failing(1, (response) => response.writeHead(503, { 'retry-after': '3600' }).end())
    const [message] = await sourceFailure(read(url, offset))
    expect(message).toContain('it is to be asked again after 3600 s, which is more than is left')
  })

  it('ends with whoever stops it', async () => {
    const { url } = await serve((query, response) =>
      query.get('skip') === '0' ? response.end(part(0, 3)) : response.writeHead(200).write('id'),
    )
    const stop = new AbortController()
    const timeouts = { ...usual.timeouts, idle: 60_000, headers: 60_000 }
    const { stream } = await openSource(url, {
      ...{ ...usual, timeouts, signal: stop.signal },
      http: { pages: { maxPages: 9, dialect, ...offset } },
    })
    stream.once('data', () => stop.abort())
    expect((await sourceFailure(buffer(stream)))[0]).toContain('was stopped')
  })
})
