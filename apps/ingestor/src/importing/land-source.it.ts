import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { loadDataset } from '@dsf/dataset'
import { TransientError } from '@dsf/stage'
import { openStore, sha256, storeVariables } from '@dsf/store'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startFeed } from '../../../../infra/feed/server.ts'
import { environment, filesDir } from '../../../../e2e/support/stack.ts'
import { landSource, type Landed } from './land-source.ts'
import { SourceError } from '../source-error.ts'

const config = z.object(storeVariables).parse(environment)
const store = openStore(config)
const dataset = loadDataset('datasets/earthquakes')
const reach = { allow: ['127.0.0.1/32'], roots: [filesDir] }

/** Text that compresses, and is longer than what streams hold between them. */
const text = Buffer.from(Array.from({ length: 60_000 }, (_, i) => `${i},${i % 97}\n`).join(''))

function land(bytes: Buffer) {
  const name = randomBytes(16).toString('hex')
  writeFileSync(join(filesDir, name), bytes)
  const run = { run: name, source: `file://${join(filesDir, name)}`, requested_at: 0 }
  return landSource(store, dataset, run, reach, () => undefined)
}

beforeAll(async () => {
  mkdirSync(filesDir, { recursive: true })
  await store.ensureBucket()
})

describe('a source lands', () => {
  it.each([
    ['as it is', text, /\.csv$/],
    ['compressed, when it comes so', gzipSync(text), /\.csv\.gz$/],
    ['empty', Buffer.alloc(0), /\.csv$/],
  ])('%s, byte by byte', async (_, bytes, name) => {
    const { landing, ...found } = (await land(bytes)) as Landed
    expect(landing).toMatch(name)
    expect(found).toMatchObject({ landing_bytes: bytes.length, landing_sha256: sha256(bytes) })
    expect((await store.get(landing)).equals(bytes)).toBe(true)
  })

  it('never, when its gzip is cut short', async () => {
    await expect(land(gzipSync(text).subarray(0, -100))).rejects.toThrow(SourceError)
  })

  it.each(['window-1.csv', 'window-1.csv.gz'])(
    'later, when the store is away: the failure is told at once, each time (%s)',
    async (name) => {
      const away = openStore({ ...config, S3_ENDPOINT: 'http://127.0.0.1:1' })
      const feed = await startFeed({ host: '127.0.0.1', port: 0 })
      const run = { run: 'x', requested_at: 0, source: `${feed.url}/earthquakes/${name}` }
      // whether the source has been read to its end by then is a matter of luck
      for (let i = 0; i < 50; i++)
        await expect(landSource(away, dataset, run, reach, () => undefined)).rejects.toThrow(TransientError)
      await feed.close()
    },
    20_000,
  )
})
