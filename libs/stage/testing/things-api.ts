/** A stage with an API of things. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Controller } from '@nestjs/common'
import { afterAll, afterEach, beforeEach } from 'vitest'
import { z } from 'zod'
import { TransientError } from '../src/health/failure.ts'
import type { Logger } from '../src/health/log.ts'
import { createApp } from '../src/http/api-side.ts'
import { Asked, Call, numberIn, type Contract } from '../src/http/call.ts'
import { RequestError } from '../src/http/problem.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
export const tokenFile = join(folder, 'token')

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

export const things: string[] = []

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

export const logged: string[] = []
const nothing = () => undefined
export const log = {
  ...{ debug: nothing, info: nothing, warn: nothing },
  error: ({ err }: { err?: Error }) => err && logged.push(err.message),
} as unknown as Logger

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
beforeEach(() => void things.splice(0, Infinity, 'one'))

/** A way to ask it, with this token, or without one. */
export async function serve(token?: string, host = '127.0.0.1') {
  const file = token === undefined ? {} : { HTTP_TOKEN_FILE: tokenFile }
  if (token !== undefined) writeFileSync(tokenFile, token)
  const config = { HTTP_HOST: host, HTTP_PORT: 0, ...file }
  const app = await createApp('test', { config, controllers: [Things], instances: [] }, log)
  closing.push(() => app.nest.close())
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

export const json = { 'content-type': 'application/json' }
export const thing = '{"name":"two"}'
