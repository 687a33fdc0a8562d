import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatasetError, FatalError, TransientError } from '@dsf/stage'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { indexSettings } from './config.ts'
import { openClient } from './elasticsearch-client.ts'
import { openIndex } from './elasticsearch.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-index-'))
const file = join(folder, 'key')
const asked: { url: string; authorization: string | undefined }[] = []

/** As much of Elasticsearch as a look at its health asks for; it knows one key. */
const server = createServer(({ url, headers }, response) => {
  asked.push({ url: url!, authorization: headers.authorization })
  const isKnown = headers.authorization === 'ApiKey right'
  const told = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }
  response.writeHead(!isKnown ? 401 : url!.includes('denied') ? 403 : 200, told).end('{"status":"green"}')
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const settings = (env: NodeJS.ProcessEnv) => indexSettings({ ELASTICSEARCH_URL: url, ...env })

interface Case {
  of: string
  env: Record<string, string>
  refused?: string
}
const vectors = join(import.meta.dirname, '../../../libs/dataset/vectors/connections.json')
const cases = (JSON.parse(readFileSync(vectors, 'utf8')) as Case[]).filter(({ of }) => of === 'index')

describe('variables of the index, which Python takes and refuses alike', () => {
  it.each(cases)('$env', ({ env, refused }) => {
    const reading = () => openClient(indexSettings(env))
    if (refused === undefined) expect(reading).not.toThrow()
    else expect(reading).toThrow(refused)
  })
})

describe('Elasticsearch that asks who we are', () => {
  it('is told by the key that is in the file at each call; one that it refuses is waited for', async () => {
    writeFileSync(file, 'wrong')
    const index = openIndex(settings({ ELASTICSEARCH_API_KEY_FILE: file }))
    await expect(index.check()).rejects.toThrow(TransientError)
    writeFileSync(file, 'right\n')
    await index.check()
    expect(asked.map(({ authorization }) => authorization)).toEqual(['ApiKey wrong', 'ApiKey right'])
  })

  it('that refuses the key of a variable ends the process, as before', async () => {
    await expect(openIndex(settings({ ELASTICSEARCH_API_KEY: 'wrong' })).check()).rejects.toThrow(FatalError)
  })

  it('that lets us in, but not to an index, concerns its dataset', async () => {
    const index = openIndex(settings({ ELASTICSEARCH_API_KEY: 'right' }))
    await expect(index.refresh('denied')).rejects.toThrow(DatasetError)
  })

  it('is asked for indices whose names have the prefix', async () => {
    asked.length = 0
    const own = { ELASTICSEARCH_API_KEY: 'right', ELASTICSEARCH_INDEX_PREFIX: 'team-' }
    const index = openIndex(settings(own))
    await index.refresh('quakes')
    expect([index.nameOf('quakes'), asked[0]!.url]).toEqual(['team-quakes', '/team-quakes/_refresh'])
  })

  it.each([
    [
      'are both set',
      { ELASTICSEARCH_API_KEY: 'x', ELASTICSEARCH_USERNAME: 'y', ELASTICSEARCH_PASSWORD: 'z' },
    ],
    ['go together', { ELASTICSEARCH_USERNAME: 'y' }],
  ])('must be told in one way: %s', (sentence, env) => {
    expect(() => openClient(settings(env))).toThrow(sentence)
  })

  it('has several nodes, and no password in its URL', () => {
    expect(settings({ ELASTICSEARCH_URL: 'http://a:1, http://b:2' }).ELASTICSEARCH_URL).toEqual([
      'http://a:1',
      'http://b:2',
    ])
    expect(() => settings({ ELASTICSEARCH_URL: 'http://me:hunter2@a' })).toThrow(
      'expected no user and password',
    )
  })
})
