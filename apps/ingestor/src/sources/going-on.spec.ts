import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { listen } from '../../testing/listen.ts'
import { openSource } from './open-source.ts'
import { ChangedError, type SourceError } from '../source-error.ts'

/** No two bytes of it are in each other's place unseen. */
const file = Buffer.from(Array.from({ length: 100_000 }, (_, i) => `${i},${i * 7919}\n`).join(''))
const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

const older = 'Mon, 23 Nov 2026 10:00:00 GMT'

interface Asked {
  range?: string
  ifRange?: string
}

/** A server that answers each request in turn, the last answer for ever. */
async function serve(...answers: ((response: ServerResponse, request: IncomingMessage) => void)[]) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const { range, 'if-range': ifRange } = request.headers
    answers[Math.min(asked.length, answers.length - 1)]!(response, request)
    asked.push(range === undefined ? {} : { range, ifRange: String(ifRange) })
  })
  const port = await listen(server)
  return { url: `http://127.0.0.1:${port}/a.csv`, asked }
}

/** Sends the file up to a byte, and hangs up. */
const whole =
  (to: number, headers: Record<string, string | number> = { etag: '"1"' }) =>
  (response: ServerResponse) => {
    response.writeHead(200, { ...headers, 'content-length': file.length })
    response.write(file.subarray(0, to), () => to < file.length && response.destroy())
    if (to >= file.length) response.end()
  }

/** Sends the file up to a byte without saying how long it is, and hangs up. */
const chunked =
  (to: number, headers: Record<string, string> = { etag: '"1"' }) =>
  (response: ServerResponse) =>
    void response.writeHead(200, headers).write(file.subarray(0, to), () => response.destroy())

/** Sends so many bytes of what was asked for, and no more. */
const bit =
  (bytes: number, more = 0) =>
  (response: ServerResponse, { headers: { range } }: IncomingMessage) => {
    const from = Number(/\d+/.exec(range!)![0])
    const to = Math.min(from + bytes, file.length)
    response.writeHead(206, { 'content-range': `bytes ${from}-${to - 1}/${file.length}`, etag: '"1"' })
    response.end(file.subarray(from, to + more))
  }

/** Sends what was asked for, up to a byte, and hangs up. */
const part =
  (to = file.length, told: Record<string, string | string[]> = {}) =>
  (response: ServerResponse, { headers: { range } }: IncomingMessage) => {
    const from = Number(/\d+/.exec(range!)![0])
    const content = {
      'content-range': `bytes ${from}-${file.length - 1}/${file.length}`,
      etag: '"1"',
      ...told,
    }
    response.writeHead(206, { ...content, 'content-length': file.length - from })
    response.write(file.subarray(from, to), () => to < file.length && response.destroy())
    if (to >= file.length) response.end()
  }
const answer =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end()

const options = {
  ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 1e8, timeouts: { second: 5, idle: 300 } },
  pace: { maxSeconds: 100, minBytesPerSecond: 0 },
}
const read = async (url: string, more = {}) => buffer((await openSource(url, { ...options, ...more })).stream)
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as SourceError,
  )

describe('a download that breaks off', () => {
  it('goes on where it was, of the same version only, until it is whole', async () => {
    const { url, asked } = await serve(whole(300_000), part(900_000), answer(503), part())
    expect(sum(await read(url))).toBe(sum(file))
    expect(asked[0]).toEqual({})
    const starts = asked.slice(1).map(({ range, ifRange }) => [Number(/\d+/.exec(range!)![0]), ifRange])
    // what the kernel had taken when the server hung up may be lost
    for (const [start, validator] of starts) expect([Number(start) > 0, validator]).toEqual([true, '"1"'])
    expect(starts[1]).toEqual(starts[2])
  })

  it('goes on behind a stall, too', async () => {
    const stalls = (response: ServerResponse) =>
      void response
        .writeHead(200, { etag: '"1"', 'content-length': file.length })
        .write(file.subarray(0, 500_000))
    const { url } = await serve(stalls, part())
    expect(sum(await read(url, { pace: { maxSeconds: 1000, minBytesPerSecond: 0 } }))).toBe(sum(file))
  })

  it('goes on by the time of modification, where that is a minute old and there is no tag', async () => {
    const modified = 'Mon, 23 Nov 2026 10:00:00 GMT'
    const { url, asked } = await serve(
      whole(300_000, { 'last-modified': modified }),
      part(undefined, { etag: '"9"', 'last-modified': modified }),
    )
    expect(sum(await read(url))).toBe(sum(file))
    expect(asked[1]!.ifRange).toBe(modified)
  })

  it('whose length nobody told goes on until the length that its rest tells', async () => {
    const { url, asked } = await serve(chunked(300_000), bit(200_000), bit(300_000), bit(1e9))
    expect(sum(await read(url))).toBe(sum(file))
    expect(asked.length).toBe(4)
  })

  it('is never taken for whole while each answer has only a little of the rest', async () => {
    const { url } = await serve(chunked(300_000), bit(100))
    expect((await failure(read(url)))?.message).toMatch(new RegExp(`sent \\d+ of ${file.length} bytes`))
  })

  it.each<[what: string, answers: Parameters<typeof serve>]>([
    ['the whole of another version', [whole(300_000), whole(file.length, { etag: '"2"' })]],
    ['the whole of this one, for it knows no ranges', [whole(300_000), whole(file.length)]],
    ['a part of another version', [whole(300_000), part(undefined, { etag: '"2"' })]],
    ['a part without a tag', [whole(300_000), part(undefined, { etag: [] })]],
    [
      'a part of another time',
      [
        whole(300_000, { 'last-modified': older }),
        part(undefined, { 'last-modified': 'Mon, 23 Nov 2026 11:00:00 GMT' }),
      ],
    ],
    ['a part without a time', [whole(300_000, { 'last-modified': older }), part()]],
    [
      'a part of the same tag and another time',
      [
        whole(300_000, { etag: '"1"', 'last-modified': older }),
        part(undefined, { 'last-modified': 'Mon, 23 Nov 2026 11:00:00 GMT' }),
      ],
    ],
    ['a part in another encoding', [chunked(300_000), part(undefined, { 'content-encoding': 'gzip' })]],
    [
      'a part of nobody knows how much',
      [chunked(300_000), part(undefined, { 'content-range': 'bytes 300000-999999/*' })],
    ],
    ['more than the part that was announced', [chunked(300_000), bit(1000, 5)]],
    ['a part of another length', [whole(300_000), part(undefined, { 'content-range': 'bytes 300000-1/2' })]],
    ['another part', [whole(300_000), part(undefined, { 'content-range': `bytes 0-9/${file.length}` })]],
    ['that there is no such part', [whole(300_000), answer(416)]],
  ])('is never glued together with %s', async (_, answers) => {
    const { url } = await serve(...answers)
    const error = await failure(read(url))
    expect([error instanceof ChangedError, error?.transient]).toEqual([true, true])
  })

  it.each<[what: string, headers: Record<string, string>]>([
    ['a weak tag', { etag: 'W/"1"' }],
    ['a weak tag beside a time', { etag: 'W/"1"', 'last-modified': 'Mon, 23 Nov 2026 10:00:00 GMT' }],
    ['a time of this minute', { 'last-modified': new Date().toUTCString() }],
    ['no validator', {}],
    ['no ranges', { etag: '"1"', 'accept-ranges': 'none' }],
  ])('is not continued by %s', async (_, headers) => {
    const { url, asked } = await serve(whole(300_000, headers))
    expect((await failure(read(url)))?.transient).toBe(true)
    expect(asked).toEqual([{}])
  })

  it('is given up after three connections in vain, and not begun anew then', async () => {
    const { url, asked } = await serve(whole(300_000), answer(503))
    const error = await failure(read(url))
    expect([error?.message, error?.transient]).toEqual([`${url} answered 503 Service Unavailable`, false])
    expect(asked.length).toBe(3)
  })

  it('has one budget for all its connections, and for the rests between them', async () => {
    const later = answer(503, { 'retry-after': '40' })
    const { url, asked } = await serve(whole(300_000), later, later)
    const error = await failure(
      read(url, { pace: { ...options.pace, spent: { seconds: 70, isResting: false } } }),
    )
    expect(error?.message).toMatch(
      /503 .*asked again after 40 s, which is more than is left of source.maxSeconds/,
    )
    expect(asked.length).toBe(2)
  })

  it('rests as long as it is asked to, and nothing is expected of it meanwhile', async () => {
    const times: number[] = []
    const timed =
      (answered: Parameters<typeof serve>[0]) => (response: ServerResponse, request: IncomingMessage) => {
        times.push(performance.now())
        answered(response, request)
      }
    const { url } = await serve(
      timed(whole(300_000)),
      timed(answer(429, { 'retry-after': '60' })),
      timed(part()),
    )
    const pace = { maxSeconds: 200, minBytesPerSecond: 1, spent: { seconds: 0, isResting: false } }
    expect(sum(await read(url, { pace }))).toBe(sum(file))
    expect(times[2]! - times[1]!).toBeGreaterThan(60 * options.timeouts.second - 1)
  })

  it('ends at once when its reader does, also while it waits', async () => {
    let closed = 0
    const { url } = await serve((response, request) => {
      request.socket.once('close', () => closed++)
      response.writeHead(200, { etag: '"1"', 'content-length': file.length }).write('id')
    })
    const { stream } = await openSource(url, { ...options, timeouts: { idle: 60_000 } })
    stream.destroy()
    await expect.poll(() => closed).toBe(1)
  })
})
