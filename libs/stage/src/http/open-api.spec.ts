import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { serve } from '../../testing/things-api.ts'

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
