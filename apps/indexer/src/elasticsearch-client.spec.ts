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

const told = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }

/** As much of Elasticsearch as a look at its health asks for; it knows one key. */
const server = createServer(({ url, headers }, response) => {
  asked.push({ url: url!, authorization: headers.authorization })
  const isKnown = headers.authorization === 'ApiKey right'
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

describe('Elasticsearch of two nodes', () => {
  /** Takes every connection, and answers once it is told to. */
  async function hangingNode() {
    let isBack = false
    let asked = 0
    const node = createServer((_, response) => {
      asked++
      if (isBack) response.writeHead(200, told).end('{}')
    })
    await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve))
    const { port } = node.address() as AddressInfo
    const back = () => void (isBack = true)
    return {
      url: `http://127.0.0.1:${port}`,
      asked: () => asked,
      back,
      close: () => node.closeAllConnections(),
    }
  }
  // much longer than a busy machine takes to answer
  const patience = { connect: 1000, health: 400, answer: 2000, aside: 800 }
  const both = (other: string) =>
    openIndex(settings({ ELASTICSEARCH_API_KEY: 'right', ELASTICSEARCH_URL: `${other},${url}` }), patience)
  const outcomes = async (calls: number, call: (i: number) => Promise<unknown>) => {
    const failed: string[] = []
    for (let i = 0; i < calls; i++)
      await call(i).catch((error: unknown) => void failed.push((error as Error).message))
    return failed
  }

  it('goes on with one of them when the other never answers: it fails one call, and is put aside', async () => {
    const node = await hangingNode()
    const index = both(node.url)
    const failed = await outcomes(7, (i) => index.refresh(`dataset-${i}`))
    expect(failed).toEqual([expect.stringContaining('refresh:  Request timed out')])
    node.close()
  })

  it('finds it by a look at the health, which waits less than a bulk request may', async () => {
    const node = await hangingNode()
    const index = both(node.url)
    const begun = performance.now()
    expect(await outcomes(2, index.check)).toEqual([expect.stringContaining('health:  Request timed out')])
    expect(performance.now() - begun).toBeLessThan(patience.answer)
    expect(await outcomes(4, (i) => index.refresh(`dataset-${i}`))).toEqual([])
    node.close()
  })

  it('asks it again when it is back', async () => {
    const node = await hangingNode()
    const index = both(node.url)
    await outcomes(2, index.check)
    const before = node.asked()
    node.back()
    const asked = async () => (await index.check(), node.asked())
    await expect.poll(asked, { timeout: 10_000 }).toBeGreaterThan(before + 1)
    node.close()
  })

  it('tries all of them when none is left', async () => {
    const node = await hangingNode()
    const index = openIndex(
      settings({ ELASTICSEARCH_API_KEY: 'right', ELASTICSEARCH_URL: node.url }),
      patience,
    )
    expect(await outcomes(2, index.check)).toHaveLength(2)
    node.back()
    await index.check()
    node.close()
  })
})
