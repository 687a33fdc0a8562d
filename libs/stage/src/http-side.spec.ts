import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { httpAdapter, refusalOf } from './http-side.ts'

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

  async function serve(requestMs?: number) {
    const fastify = httpAdapter('127.0.0.1', requestMs).getInstance()
    fastify.get('/x', () => 'fine')
    fastify.post('/x', () => 'fine')
    await fastify.listen({ port: 0, host: '127.0.0.1' })
    closing.push(() => fastify.close())
    return (fastify.server.address() as AddressInfo).port
  }

  const open = (port: number, text: string) =>
    new Promise<Socket>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(text)
        resolve(socket)
      })
      socket.on('error', () => undefined).resume()
      closing.push(() => socket.destroy())
    })
  const closed = async (socket: Socket) => {
    if (!socket.closed) await once(socket, 'close')
  }

  it('hangs up on who does not send a whole request in time', async () => {
    const port = await serve(400)
    const sockets = await Promise.all([
      open(port, ''),
      open(port, 'GET /x HT'),
      open(port, 'GET /x HTTP/1.1\r\nhost: localhost\r\n'),
      open(port, 'POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{'),
    ])
    await Promise.all(sockets.map(closed))
  })

  it('has no more than so many connections, and answers again when there are fewer', async () => {
    const port = await serve()
    const many = await Promise.all(Array.from({ length: 256 }, () => open(port, '')))
    await closed(await open(port, ''))
    for (const socket of many.slice(0, 10)) socket.destroy()
    await vi.waitFor(async () => {
      expect(await (await fetch(`http://127.0.0.1:${port}/x`)).text()).toBe('fine')
    })
  })

  it('refuses a long body, and a page of another site with a problem', async () => {
    const url = `http://127.0.0.1:${await serve()}/x`
    const headers = { 'content-type': 'application/json' }
    const post = (body: string, more = {}) =>
      fetch(url, { method: 'POST', headers: { ...headers, ...more }, body })
    expect((await post(JSON.stringify('a'.repeat(70_000)))).status).toBe(413)
    const foreign = await post('{}', { origin: 'https://example.org' })
    expect([foreign.status, foreign.headers.get('content-type')]).toEqual([
      403,
      'application/problem+json; charset=utf-8',
    ])
    expect((await post('{}')).status).toBe(200)
  })
})
