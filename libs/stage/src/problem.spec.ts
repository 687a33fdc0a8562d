import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Logger } from './log.ts'
import { problemFilter } from './problem.ts'

class Nothing {}
Module({})(Nothing)

const logged: string[] = []
const log = { error: ({ err }: { err: Error }) => logged.push(err.message) } as unknown as Logger
let app: NestFastifyApplication

beforeAll(async () => {
  app = await NestFactory.create<NestFastifyApplication>(Nothing, new FastifyAdapter(), { logger: false })
  app.useGlobalFilters(problemFilter(log))
  const http = app.getHttpAdapter()
  http.post('/v1/runs', (_: unknown, reply: { send: (body: object) => unknown }) => reply.send({}))
  http.get('/broken', () => Promise.reject(new Error('secret of the database')))
  await app.init()
})
afterAll(() => app.close())

async function answer(url: string, contentType?: string, payload?: string) {
  const headers = contentType ? { 'content-type': contentType } : {}
  const response = await app.inject({
    method: contentType ? 'POST' : 'GET',
    url,
    headers,
    ...(payload === undefined ? {} : { payload }),
  })
  const body = response.json<{ status: number; title: string; detail: string }>()
  return { ...body, type: response.headers['content-type'] }
}

const problemJson = 'application/problem+json; charset=utf-8'

describe('what nobody answered', () => {
  it.each([
    ['a body that is too large', 413, 'application/json', JSON.stringify('x'.repeat(2 ** 20)), /too large/],
    ['a body of another kind', 415, 'text/csv', 'a,b', /Unsupported Media Type/],
    ['a body that is no JSON', 400, 'application/json', '{"dataset": ', /JSON/],
    ['an empty body', 400, 'application/json', '', /empty/],
    [
      'a body that would change prototypes',
      400,
      'application/json',
      '{"__proto__": {"a": 1}}',
      /not valid JSON/,
    ],
  ])('is a problem: %s', async (_, status, type, body, detail) => {
    expect(await answer('/v1/runs', type, body)).toMatchObject({
      type: problemJson,
      status,
      detail: expect.stringMatching(detail),
    })
  })

  it('is a problem: a path that is not there', async () => {
    expect(await answer('/v1/nothing')).toMatchObject({
      type: problemJson,
      status: 404,
      title: 'Not Found',
    })
  })

  it('is a problem of ours: it is logged, and not told', async () => {
    const detail = 'the stage could not answer; its log says why'
    expect(await answer('/broken')).toMatchObject({ type: problemJson, status: 500, detail })
    expect(logged).toEqual(['secret of the database'])
  })
})
