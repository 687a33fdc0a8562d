import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { options, serve, read } from '../../testing/served-source.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { redirectTarget } from './follow-http.ts'
import { openSource } from './open-source.ts'

describe('redirects', () => {
  const redirecting = (location: (path: string) => string | undefined, told = 'authorization') =>
    serve((request, response) => {
      const to = location(request.url!)
      if (to === undefined) response.end(String(request.headers[told]))
      else response.writeHead(302, { location: to }).end('moved')
    })
  const countdown = (path: string) => (path === '/0' ? undefined : `/${Number(path.slice(1)) - 1}`)

  it('follows three and no more', async () => {
    const base = await redirecting(countdown)
    expect(String(await read(`${base}/3`))).toBe('undefined')
    expect(await sourceFailure(openSource(`${base}/4`, options))).toEqual([
      `${base}/4 redirects more than 3 times`,
      false,
    ])
  })

  it('keeps the credentials for the same origin and drops them for another', async () => {
    const other = await redirecting(() => undefined)
    const base = await redirecting((path) => (path === '/away' ? `${other}/x` : countdown(path)))
    const asMe = base.replace('//', '//me:pass@')
    expect(String(await read(`${asMe}/1`))).toBe(`Basic ${btoa('me:pass')}`)
    expect(String(await read(`${asMe}/away`))).toBe('undefined')
  })

  it('keeps the headers of a definition for the host of its source, and drops them for another', async () => {
    const other = await redirecting(() => undefined, 'x-key')
    const base = await redirecting((path) => (path === '/away' ? `${other}/x` : countdown(path)), 'x-key')
    const withKey = (url: string) =>
      openSource(url, { ...options, headers: { 'x-key': 'mine' } }).then(async ({ stream }) =>
        String(await buffer(stream)),
      )
    expect(await withKey(`${base}/1`)).toBe('mine')
    expect(await withKey(`${base}/away`)).toBe('undefined')
  })

  it.each([
    [
      'http://169.254.169.254/latest/meta-data/',
      'http://169.254.169.254/latest/meta-data/ is refused: 169.254.169.254 is not a public address (linkLocal)',
    ],
    [
      'http://[::ffff:10.0.0.1]/',
      'http://[::ffff:a00:1]/ is refused: ::ffff:a00:1 is not a public address (private)',
    ],
    ['file:///etc/passwd', 'redirects from http: to file:, which is refused'],
    ['ftp://example.com/', 'redirects from http: to ftp:, which is refused'],
    ['http://', 'redirects to what is not a URL'],
  ])('refuses to be sent to %s, at once or later', async (location, sentence) => {
    const base = await redirecting((path) => (path === '/1' ? '/0' : location))
    for (const path of ['/0', '/1'])
      expect((await sourceFailure(openSource(base + path, options)))[0]).toContain(sentence)
  })

  it('goes up to https, and never down from it', () => {
    const to = (from: string, location: string) => redirectTarget(new URL(from), location, []).href
    expect(to('http://a.example/x', 'https://a.example/x')).toBe('https://a.example/x')
    expect(to('https://a.example/x', '../y?z')).toBe('https://a.example/y?z')
    expect(() => to('https://a.example/x', 'http://a.example/x')).toThrow(
      'https://a.example/x redirects from https: to http:, which is refused',
    )
  })

  it('connects to no refused address by name either', async () => {
    const base = await redirecting(() => undefined)
    const [sentence] = await sourceFailure(
      openSource(base.replace('127.0.0.1', 'localhost'), { ...options, allow: [] }),
    )
    expect(sentence).toMatch(/^host localhost is refused: .* is not a public address \(loopback\)$/)
  })
})
