import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Controller } from '@nestjs/common'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp } from './api-side.ts'
import { Asked, Call, numberIn, type Contract } from './call.ts'
import { TransientError } from '../health/failure.ts'
import type { Logger } from '../health/log.ts'
import { RequestError } from './problem.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
const tokenFile = join(folder, 'token')

const addThing = {
  summary: 'Add a thing',
  body: z.strictObject({ name: z.string().min(1) }),
  answers: { 202: z.object({ things: z.int() }) },
} satisfies Contract

const findThing = {
  summary: 'A thing',
  path: z.object({ name: z.string().max(100) }),
  query: z.strictObject({ limit: numberIn(1, 9, 3) }),
  headers: z.object({ 'x-colour': z.enum(['red']).optional() }),
  answers: { 200: z.object({ name: z.string(), limit: z.int() }) },
  problems: { 404: 'there is no such thing' },
} satisfies Contract

const things: string[] = []

@Controller('v1/things')
class Things {
  @Call('POST', '', addThing)
  add(@Asked() { body }: Asked<typeof addThing>) {
    return { things: things.push(body.name) }
  }

  @Call('GET', ':name', findThing)
  find(@Asked() { path, query }: Asked<typeof findThing>) {
    if (path.name === 'broken') throw new Error('secret of the database')
    if (path.name === 'unreachable')
      throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:9092'), { code: 'ECONNREFUSED' })
    if (path.name === 'away') throw new TransientError('the dataset x has not started')
    if (!things.includes(path.name))
      throw new RequestError(404, `no thing is named "${path.name}"`, ['look again'])
    return { ...path, ...query }
  }
}

const logged: string[] = []
const nothing = () => undefined
const log = {
  ...{ debug: nothing, info: nothing, warn: nothing },
  error: ({ err }: { err?: Error }) => err && logged.push(err.message),
} as unknown as Logger

let close = async () => {}
afterEach(() => close())
beforeEach(() => void things.splice(0, Infinity, 'one'))

async function serve(token?: string, host = '127.0.0.1') {
  const file = token === undefined ? {} : { HTTP_TOKEN_FILE: tokenFile }
  if (token !== undefined) writeFileSync(tokenFile, token)
  const config = { HTTP_HOST: host, HTTP_PORT: 0, ...file }
  const app = await createApp('test', { config, controllers: [Things], instances: [] }, log)
  close = () => app.nest.close()
  const url = (await app.listen())!
  return async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    })
    const answer = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: (answer ? JSON.parse(answer) : undefined) as Record<string, unknown>,
    }
  }
}

const json = { 'content-type': 'application/json' }
const thing = '{"name":"two"}'

describe('a call', () => {
  it('gets what its contract says, with defaults, and answers with its usual status', async () => {
    const ask = await serve()
    expect(await ask('POST', '/v1/things', json, thing)).toMatchObject({ status: 202, body: { things: 2 } })
    const both = await Promise.all([ask('GET', '/v1/things/two'), ask('GET', '/v1/things/two?limit=7')])
    expect(both.map(({ body }) => body)).toEqual([
      { name: 'two', limit: 3 },
      { name: 'two', limit: 7 },
    ])
  })

  it.each([
    ['GET', '/v1/things/one?limit=0', {}, undefined, 400, /^query.limit: /],
    ['GET', '/v1/things/one?limit=', {}, undefined, 400, /^query.limit: /],
    ['GET', '/v1/things/one?limit=1&limit=2', {}, undefined, 400, /^query.limit: /],
    ['GET', '/v1/things/one?other=1', {}, undefined, 400, /^query: .*other/],
    ['GET', '/v1/things/one', { 'x-colour': 'blue' }, undefined, 400, /^headers.x-colour: /],
    ['GET', '/v1/things/three', {}, undefined, 404, /no thing is named "three"/],
    ['GET', `/v1/things/${'x'.repeat(101)}`, {}, undefined, 400, /^path.name: /],
    ['GET', '/v1/nothing', {}, undefined, 404, /nothing/],
    ['PUT', '/v1/things', { 'content-type': 'text/csv' }, 'a', 405, /PUT .* there is POST/],
    ['QUERY', '/v1/things', {}, undefined, 405, /QUERY/],
    ['PROPFIND', '/v1/things/one', {}, undefined, 405, /PROPFIND/],
    ['POST', '/v1/things', json, undefined, 400, /cannot be empty/],
    ['POST', '/v1/things', {}, undefined, 400, /^body: /],
    ['POST', '/v1/things', json, '{"name":', 400, /JSON/],
    ['POST', '/v1/things', json, '{"name":"", "more":1}', 400, /^body.name: .*; body: .*more/],
    ['POST', '/v1/things', json, '{"__proto__":{"name":"a"}}', 400, /JSON/],
    ['POST', '/v1/things', json, `{"name":"${'a'.repeat(70_000)}"}`, 413, /large/],
    ['POST', '/v1/things', { 'content-type': 'text/plain' }, thing, 415, /Media/],
    ['POST', '/v1/things', { 'content-type': 'application/x-www-form-urlencoded' }, 'name=two', 415, /Media/],
    ['POST', '/v1/things', { 'content-type': 'multipart/form-data; boundary=a' }, '--a--', 415, /Media/],
  ])(
    'is refused with a problem, and without effect: %s %s %j',
    async (method, path, headers, body, status, detail) => {
      const answer = await (await serve())(method, path, headers, body)
      expect(answer).toMatchObject({ status, body: { status, detail: expect.stringMatching(detail) } })
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
      expect(things).toEqual(['one'])
    },
  )

  it('says which methods a path has', async () => {
    const answer = await (await serve())('DELETE', '/v1/things/one')
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('is answered with 503 when a server behind it is away, which is not named', async () => {
    const { body } = await (await serve())('GET', '/v1/things/unreachable')
    const detail = 'a server that the stage needs does not answer; ask again'
    expect(body).toMatchObject({ status: 503, detail })
  })

  it('tells nothing of a fault of ours, which is logged', async () => {
    const { body } = await (await serve())('GET', '/v1/things/broken')
    expect(body).toMatchObject({ status: 500, detail: 'the stage could not answer; its log says why' })
    expect(logged).toEqual(['secret of the database'])
  })

  it('says of what will be back that it is away, and logs no fault', async () => {
    logged.splice(0)
    const { body } = await (await serve())('GET', '/v1/things/away')
    expect(body).toMatchObject({ status: 503, detail: 'the dataset x has not started' })
    expect(logged).toEqual([])
  })
})

it('a stage without an API opens no port for one', async () => {
  const app = await createApp('test', undefined, log)
  close = () => app.nest.close()
  expect(await app.listen()).toBeUndefined()
  expect(app.nest.getHttpServer().listening).toBe(false)
})

describe('a page of another site', () => {
  it.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://example.org' }, 403],
    ['JSON', { ...json, origin: 'https://example.org' }, 403],
    ['a form without its name', { 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' }, 403],
  ])('has no effect with %s', async (_, headers, status) => {
    expect((await (await serve())('POST', '/v1/things', headers, thing)).status).toBe(status)
    expect(things).toEqual(['one'])
  })
})

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

describe('the OpenAPI document', () => {
  it('has every call as its contract says', async () => {
    const { body } = await (await serve())('GET', '/v1/openapi.json')
    const { openapi, paths, security } = body as Record<string, any>
    expect([openapi, Object.keys(paths), security]).toEqual([
      '3.1.0',
      ['/v1/things', '/v1/things/{name}'],
      undefined,
    ])
    const { parameters, responses } = paths['/v1/things/{name}'].get
    expect(parameters).toEqual([
      { name: 'name', in: 'path', required: true, schema: { type: 'string', maxLength: 100 } },
      {
        name: 'limit',
        in: 'query',
        required: false,
        schema: { default: 3, type: 'integer', minimum: 1, maximum: 9 },
      },
      { name: 'x-colour', in: 'header', required: false, schema: { type: 'string', enum: ['red'] } },
    ])
    expect(Object.keys(responses)).toEqual(['200', '404', 'default'])
    expect(paths['/v1/things'].post.requestBody).toMatchObject({
      required: true,
      content: { 'application/json': { schema: { required: ['name'], additionalProperties: false } } },
    })
  })

  it('says that a token is asked for, where one is', async () => {
    const token = randomBytes(32).toString('hex')
    const ask = await serve(token)
    const { body } = await ask('GET', '/v1/openapi.json', { authorization: `Bearer ${token}` })
    expect(body).toMatchObject({
      security: [{ token: [] }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    })
  })
})
