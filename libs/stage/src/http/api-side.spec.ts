import { describe, expect, it, onTestFinished } from 'vitest'
import { json, log, logged, serve, thing, things } from '../../testing/things-api.ts'
import { createApp } from './api-side.ts'

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
  onTestFinished(() => app.nest.close())
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
