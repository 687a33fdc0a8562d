import type { Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { httpSide, refusalOf, securityHeaders } from './http-side.ts'

describe('a request', () => {
  const local = refusalOf(true)

  it.each(['localhost:19301', '127.0.0.1:19301', '[::1]:19301', 'LOCALHOST', '127.1.2.3'])(
    'to %s is answered on loopback',
    (host) => {
      expect(local({ host })).toBeUndefined()
    },
  )

  it.each(['rebound.example.org', 'localhost.example.org:80', '10.0.0.1', '127.0.0.1.nip.io:19301', ''])(
    'to the foreign host %j is refused on loopback, and answered elsewhere',
    (host) => {
      expect(local({ host })).toContain('listens on loopback only')
      expect(refusalOf(false)({ host })).toBeUndefined()
    },
  )

  it.each([true, false])('of a page of another site is refused, on loopback: %s', (onLoopback) => {
    const refusal = refusalOf(onLoopback)
    const host = '127.0.0.1:19301'
    for (const origin of ['https://example.org', 'null', 'http://127.0.0.1:8080', 'http://localhost:19301'])
      expect(refusal({ host, origin })).toContain('other sites')
    expect(refusal({ host, 'sec-fetch-site': 'cross-site' })).toContain('other sites')
    expect(refusal({ host, origin: 'http://127.0.0.1:19301' })).toBeUndefined()
    expect(refusal({ host, 'sec-fetch-site': 'same-origin' })).toBeUndefined()
  })
})

describe('the server', () => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })

  async function serve(limits: Parameters<typeof httpSide>[2] = {}) {
    const fastify = httpSide('127.0.0.1', undefined, limits)
    fastify.get('/x', () => 'fine')
    fastify.get('/long', () => 'x'.repeat(30_000_000))
    fastify.get('/slow', () => sleep(500, 'fine'))
    fastify.post('/x', () => 'fine')
    await fastify.listen({ port: 0, host: '127.0.0.1' })
    closing.push(() => fastify.close())
    return { port: (fastify.server.address() as AddressInfo).port, server: fastify.server }
  }

  it('ends a connection that asks more than 16 times before the first answer, and no other', async () => {
    const { port } = await serve()
    const ask = 'GET /slow HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'
    const last = ask.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')
    const [flood, patient] = [await open(port, ask.repeat(17)), await open(port, ask.repeat(15) + last)]
    expect(await text(flood)).toBe('')
    expect((await text(patient)).match(/200 OK/g)?.length).toBe(16)
    const others = await open(port, '')
    for (let i = 0; i < 20; i++) {
      others.write('GET /x HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
      await new Promise((resolve) => others.once('data', resolve))
    }
    expect(others.closed).toBe(false)
  })

  const open = (port: number, text: string) =>
    new Promise<Socket>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(text)
        resolve(socket)
      })
      socket.on('error', () => undefined)
      closing.push(() => socket.destroy())
    })
  const closed = async (socket: Socket) => {
    if (!socket.resume().closed) await new Promise((resolve) => socket.once('close', resolve))
  }
  const answerTo = async (port: number, request: string) => text(await open(port, request))
  const connections = (server: Server) =>
    new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))

  it('hangs up on who does not send a whole request in time', async () => {
    const { port } = await serve({ requestMs: 400 })
    const sockets = await Promise.all([
      open(port, ''),
      open(port, 'GET /x HT'),
      open(port, 'GET /x HTTP/1.1\r\nhost: localhost\r\n'),
      open(port, 'POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{'),
    ])
    await Promise.all(sockets.map(closed))
  })

  it('is rid of 550 half requests when their time is over, and holds 256 of them at most', async () => {
    const { port, server } = await serve({ requestMs: 1000 })
    const half = 'GET /x HTTP/1.1\r\nhost: localhost\r\nx-half: '
    const many = await Promise.all(Array.from({ length: 550 }, () => open(port, half)))
    expect(await connections(server)).toBeLessThanOrEqual(256)
    await Promise.all(many.map(closed))
    expect(await connections(server)).toBe(0)
    expect((await fetch(`http://127.0.0.1:${port}/x`)).status).toBe(200)
  })

  it('hangs up on who does not take the answer, and not on who waits for a slow one', async () => {
    const { port, server } = await serve({ silentMs: 5000 })
    const request = (path: string) =>
      open(port, `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    ;(await request('/long')).pause()
    expect(await text(await request('/slow'))).toMatch(/fine$/)
    await vi.waitFor(async () => expect(await connections(server)).toBe(0), 20_000)
  })

  it.each([
    ['that is no HTTP', 'hello\r\n\r\n', 400, /no HTTP request/],
    ['without a host', 'GET /x HTTP/1.1\r\nconnection: close\r\n\r\n', 400, /Host is missing/],
    [
      'to a foreign host',
      'GET /x HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n\r\n',
      403,
      /a\.example/,
    ],
    ['with a broken path', 'GET /%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n', 400, /%zz/],
    [
      'with long headers',
      `GET /x HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      /too long/,
    ],
    [
      'that expects something',
      'POST /x HTTP/1.1\r\nhost: localhost\r\nexpect: gifts\r\ncontent-length: 2\r\n\r\n{}',
      417,
      /expectation/,
    ],
    [
      'that says its length twice',
      'POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}',
      400,
      /no HTTP request/,
    ],
  ])('answers a request %s with a problem', async (_, request, status, detail) => {
    const { port } = await serve()
    const [head, body] = (await answerTo(port, request)).split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*content-type: application/problem\\+json`))
    expect(JSON.parse(body!)).toMatchObject({ status, detail: expect.stringMatching(detail) })
  })

  it('answers who is too slow with a problem', async () => {
    const { port } = await serve({ requestMs: 200 })
    const answer = await answerTo(
      port,
      'POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    )
    expect(answer).toMatch(/^HTTP\/1.1 408 [^]*"detail":"the request did not arrive in time"/)
  })

  it('tells browsers to make nothing of an answer, whatever it is', async () => {
    const { port } = await serve()
    for (const path of ['/x', '/nothing', '/%zz']) {
      const { headers } = await fetch(`http://127.0.0.1:${port}${path}`)
      expect(Object.fromEntries(headers)).toMatchObject(securityHeaders)
    }
  })
})
