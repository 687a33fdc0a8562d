import { rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { TransientError } from '../health/failure.ts'
import { kafkaTokens } from '../kafka/kafka-token.ts'
import { kafkaVariables } from './kafka-variables.ts'

let server: Server | undefined
afterEach(() => void server?.close())

/** A server of tokens, which counts how often it is asked. */
async function serving(answer: (asked: number) => { status?: number; body: unknown }, own: object = {}) {
  const asked: { authorization: string | undefined; body: string }[] = []
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      asked.push({ authorization: request.headers.authorization, body })
      const { status = 200, body: told } = answer(asked.length)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told))
    })
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const config = z.object(kafkaVariables).parse({
    KAFKA_BROKERS: 'k:1',
    KAFKA_OAUTH_TOKEN_URL: `http://127.0.0.1:${port}/token?key=hunter3`,
    KAFKA_OAUTH_CLIENT_ID: 'cleaner',
    KAFKA_OAUTH_SCOPE: 'kafka',
    ...('KAFKA_OAUTH_CLIENT_SECRET_FILE' in own ? {} : { KAFKA_OAUTH_CLIENT_SECRET: 'hunter2' }),
    ...own,
  })
  const { get: token, forget } = kafkaTokens(config)
  return { asked, token, forget }
}

describe('a token of OAuth', () => {
  it('is asked for once by all who connect at once, and again when it is nearly over', async () => {
    const { asked, token } = await serving((n) => ({
      body: { access_token: `t${n}`, expires_in: n === 1 ? 3600 : 20 },
    }))
    expect(await Promise.all([token(), token(), token()])).toEqual(['t1', 't1', 't1'])
    expect(asked).toEqual([
      {
        authorization: `Basic ${Buffer.from('cleaner:hunter2').toString('base64')}`,
        body: 'grant_type=client_credentials&scope=kafka',
      },
    ])
  })

  it('that is nearly over, or does not say for how long it is, is not used again', async () => {
    const { token } = await serving((n) => ({
      body: { access_token: `t${n}`, ...(n === 1 ? { expires_in: 20 } : {}) },
    }))
    expect([await token(), await token(), await token()]).toEqual(['t1', 't2', 't3'])
  })

  it('that is refused is waited for, with the reason and without the secret, and asked for again', async () => {
    const { token } = await serving((n) =>
      n === 1
        ? { status: 401, body: { error: 'invalid_client' } }
        : { body: { access_token: 't', expires_in: 60 } },
    )
    const refused = await token().catch((error: unknown) => error as Error)
    expect(refused).toBeInstanceOf(TransientError)
    expect((refused as Error).message).toMatch(/\/token gives cleaner no token: 401 invalid_client$/)
    expect((refused as Error).message).not.toMatch(/hunter/)
    expect(await token()).toEqual('t')
  })

  it('of a server that is away is waited for, and the query of its URL is not shown', async () => {
    const { token } = await serving(() => ({ body: {} }))
    server!.close()
    server!.closeAllConnections()
    const refused = await token().catch((error: unknown) => error as Error)
    expect(refused).toBeInstanceOf(TransientError)
    expect((refused as Error).message).toMatch(
      /^no token of http:\/\/127\.0\.0\.1:\d+\/token: .*ECONNREFUSED/,
    )
  })

  it('that somebody refused is not used again', async () => {
    const { token, forget } = await serving((n) => ({
      body: { access_token: `t${n}`, expires_in: 3600 },
    }))
    forget(await token())
    forget('another')
    expect([await token(), await token()]).toEqual(['t2', 't2'])
  })

  it('is asked for again when our secret changed', async () => {
    const file = join(tmpdir(), `dsf-oauth-${process.pid}`)
    writeFileSync(file, 'one')
    const { asked, token } = await serving((n) => ({ body: { access_token: `t${n}`, expires_in: 3600 } }), {
      KAFKA_OAUTH_CLIENT_SECRET_FILE: file,
    })
    expect([await token(), await token()]).toEqual(['t1', 't1'])
    writeFileSync(file, 'two')
    expect(await token()).toBe('t2')
    expect(asked[1]!.authorization).toBe(`Basic ${Buffer.from('cleaner:two').toString('base64')}`)
    rmSync(file)
    await expect(token()).rejects.toThrow(`KAFKA_OAUTH_CLIENT_SECRET_FILE is "${file}"`)
  })

  it('may say as a text for how long it is', async () => {
    const { token } = await serving((n) => ({ body: { access_token: `t${n}`, expires_in: '3600' } }))
    expect([await token(), await token()]).toEqual(['t1', 't1'])
  })

  it.each([
    ['null', null, '200 without a usable access_token'],
    ['an empty token', { access_token: '', expires_in: 60 }, '200 without a usable access_token'],
    ['a token in two lines', { access_token: 'a\nb', expires_in: 60 }, '200 without a usable access_token'],
    ['more than it can be', { access_token: 'x'.repeat(70_000) }, 'the answer has more than 65536 bytes'],
    ['an error', { error: 'invalid_grant' }, '200 invalid_grant'],
    ['a long error', { error: 'x'.repeat(1000) }, '200 without a usable access_token'],
    [
      'an error that quotes what was asked',
      { error: 'bad client_secret=hush' },
      '200 without a usable access_token',
    ],
  ])('is waited for where the answer is %s', async (_, body, reason) => {
    const { token } = await serving(() => ({ body }))
    const refused = (await token().catch((error: unknown) => error)) as Error
    expect(refused).toBeInstanceOf(TransientError)
    expect(refused.message.endsWith(`: ${reason}`)).toBe(true)
  })
})
