import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { json, serve, thing, things, tokenFile } from '../../testing/things-api.ts'

describe('a token', () => {
  const token = randomBytes(32).toString('hex')
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` })

  it.each([
    ['none', {}, /needs a token/],
    ['another one', bearer(token.replace(/^./, 'x')), /none that this stage knows/],
    ['its beginning', bearer(token.slice(0, 20)), /none that this stage knows/],
    ['no bearer', { authorization: `Basic ${token}` }, /needs a token/],
  ])('is asked for by every call: with %s there is neither effect nor data', async (_, headers, detail) => {
    const ask = await serve(`${token}\n`)
    for (const [method, path] of [
      ['POST', '/v1/things'],
      ['GET', '/v1/things/one'],
      ['GET', '/v1/openapi.json'],
      ['GET', '/v1/nothing'],
      ['PUT', '/v1/things'],
    ] as const) {
      const answer = await ask(method, path, { ...json, ...headers }, method === 'GET' ? undefined : thing)
      expect(answer).toMatchObject({
        status: 401,
        body: { status: 401, detail: expect.stringMatching(detail) },
      })
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
    expect(things).toEqual(['one'])
  })

  it('that changes counts at once, and an old one beside it while it is there', async () => {
    const ask = await serve(token)
    const other = randomBytes(32).toString('hex')
    const statuses = async () =>
      Promise.all([token, other].map(async (one) => (await ask('GET', '/v1/things/one', bearer(one))).status))
    expect(await statuses()).toEqual([200, 401])
    writeFileSync(tokenFile, `${other}\n${token}\n`)
    expect(await statuses()).toEqual([200, 200])
    writeFileSync(tokenFile, other)
    expect(await statuses()).toEqual([401, 200])
    rmSync(tokenFile)
    expect(await statuses()).toEqual([500, 500])
  })

  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.org'])(
    'must be there on %s: else nothing starts',
    async (host) => {
      await expect(serve(undefined, host)).rejects.toThrow(
        /HTTP_TOKEN_FILE is not set: name a file .* or listen on 127/,
      )
    },
  )

  it.each(['', '\n', 'short', 'with a space in the middle'])('that is %j cannot be used', async (text) => {
    await expect(serve(text)).rejects.toThrow(/no usable token: expected one in a line, of 16 or more/)
  })
})
