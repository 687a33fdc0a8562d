import { createServer, request as ask } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { listen } from '../../testing/listen.ts'
import { request } from 'undici'
import { openSource } from './open-source.ts'
import { sourceAgent } from './source-agent.ts'
import { SourceError } from '../source-error.ts'

/** A proxy that goes to `port` of this machine, whoever was asked for, and notes what it was asked. */
async function openProxy(port: number) {
  const asked: string[] = []
  const proxy = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`.trim())
    const { pathname } = new URL(incoming.url!)
    ask({ host: '127.0.0.1', port, path: pathname }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    }).end()
  })
  proxy.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`)
    const refused = incoming.url!.startsWith('refused')
    if (refused) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    const through = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    through.pipe(socket).pipe(through)
  })
  return { asked, url: `http://127.0.0.1:${await listen(proxy)}` }
}

const csv = 'id\n1\n'
const source = () => listen(createServer((_, response) => response.end(csv)))
const usual = { maxBytes: 1000, roots: [], pace: { maxSeconds: 60, minBytesPerSecond: 0 } }
const timeouts = { connect: 1000, headers: 1000, idle: 1000 }
/** The lookup of a network that knows these names. */
const knowing = (names: Record<string, string>) =>
  ((name: string, _options: object, done: (error: Error | null, found: object[]) => void) =>
    names[name] === undefined
      ? done(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), [])
      : done(null, [{ address: names[name], family: 4 }])) as never
const refusal = (work: Promise<unknown>) => work.then(String, (error: unknown) => error as Error)

describe('a source behind a proxy', () => {
  it('is asked for by name, with the password of the proxy, although we cannot look the name up', async () => {
    const { asked, url } = await openProxy(await source())
    const proxy = () => url.replace('//', '//me:p%40ss@')
    const opened = await openSource('http://feed.invalid/a.csv', { ...usual, timeouts, allow: [], proxy })
    expect((await buffer(opened.stream)).toString()).toBe(csv)
    const pair = Buffer.from('me:p@ss').toString('base64')
    expect(asked).toEqual([`GET http://feed.invalid/a.csv Basic ${pair}`])
  })

  it.each(['http://127.0.0.1/a', 'http://[::1]/a', 'http://localhost/a', 'http://169.254.169.254/latest'])(
    'is refused before the proxy hears of it when it is %s',
    async (address) => {
      const { asked, url } = await openProxy(await source())
      const refused = await refusal(openSource(address, { ...usual, timeouts, allow: [], proxy: () => url }))
      expect(refused).toBeInstanceOf(SourceError)
      expect((refused as Error).message).toContain('is not a public address')
      expect(asked).toEqual([])
    },
  )

  it('is refused when its name has a private address for us', async () => {
    const { asked, url } = await openProxy(await source())
    const lookup = knowing({ 'inner.example': '10.0.0.8' })
    const dispatcher = sourceAgent({ allow: [], proxy: () => url, timeout: 1000 }, lookup)
    const refused = await refusal(request('http://inner.example/a', { dispatcher }))
    expect((refused as Error).message).toBe(
      'host inner.example is refused: 10.0.0.8 is not a public address (private)',
    )
    expect(asked).toEqual([])
    await dispatcher.destroy()
  })

  it('is refused when a redirect leads inside', async () => {
    const { asked, url } = await openProxy(
      await listen(
        createServer((_, response) => response.writeHead(302, { location: 'http://localhost/x' }).end()),
      ),
    )
    const refused = await refusal(
      openSource('http://feed.invalid/', { ...usual, timeouts, allow: [], proxy: () => url }),
    )
    expect((refused as Error).message).toContain('host localhost is refused')
    expect(asked).toEqual(['GET http://feed.invalid/'])
  })

  it('that the proxy refuses is a sentence that says so', async () => {
    const { url } = await openProxy(await source())
    const refused = await refusal(
      openSource('https://refused.invalid/', { ...usual, timeouts, allow: [], proxy: () => url }),
    )
    expect((refused as Error).message).toBe('the proxy refuses to go to refused.invalid: 403')
  })

  it('waits for a proxy that is away, whose password it does not show', async () => {
    const proxy = () => 'http://me:hunter2@127.0.0.1:1'
    const refused = await refusal(
      openSource('http://feed.invalid/', { ...usual, timeouts, allow: [], proxy }),
    )
    expect(refused).toMatchObject({ transient: true, message: 'the proxy cannot be reached (ECONNREFUSED)' })
    const wrong = await refusal(
      openSource('http://feed.invalid/', { ...usual, timeouts, allow: [], proxy: () => 'hunter2' }),
    )
    expect((wrong as Error).message).toBe('SOURCE_PROXY is no http: or https: URL')
  })

  it.each(['100%', 'a#b', '1#b', '1/2', '1?2', 'hunter2%zz'])(
    'is not asked by a password that is not percent-encoded: %s',
    async (password) => {
      const proxy = () => `http://me:${password}@127.0.0.1:1`
      const refused = await refusal(
        openSource('http://feed.invalid/', { ...usual, timeouts, allow: [], proxy }),
      )
      expect(refused).toBeInstanceOf(SourceError)
      expect((refused as Error).message).toMatch(
        /^SOURCE_PROXY has a user or password .* percent-encode them/,
      )
      expect((refused as Error).message).not.toContain(password)
    },
  )
})
