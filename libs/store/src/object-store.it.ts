import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Client } from 'minio'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { DatasetError, FatalError, TransientError } from '@dsf/stage'
import { freshName } from '../../../e2e/support/lanes.ts'
import { environment } from '../../../e2e/support/stack.ts'
import { storeVariables } from './env.ts'
import { openStore } from './object-store.ts'

const config = { ...z.object(storeVariables).parse(environment), S3_BUCKET: freshName() }

/** Of uploads that are no object yet. */
async function partsOf(key: string): Promise<number> {
  const { hostname: endPoint, port } = new URL(config.S3_ENDPOINT)
  const keys = { accessKey: config.S3_ACCESS_KEY!, secretKey: config.S3_SECRET_KEY! }
  const client = new Client({ endPoint, port: Number(port), useSSL: false, ...keys })
  const uploads = (await client.listIncompleteUploads(config.S3_BUCKET, key, true).toArray()) as {
    size: number
  }[]
  return uploads.reduce((sum, { size }) => sum + size, 0)
}

describe('the object store', () => {
  const store = openStore(config)
  beforeAll(() => store.ensureBucket())

  it.each([0, 1, 5 * 2 ** 20, 8 * 2 ** 20, 41 * 2 ** 20 + 1])(
    'keeps a stream of %d bytes of which nobody knew the length',
    async (length) => {
      const bytes = randomBytes(length)
      const chunks = Array.from({ length: Math.ceil(length / 70_001) }, (_, i) =>
        bytes.subarray(i * 70_001, (i + 1) * 70_001),
      )
      await store.putStream('streamed', Readable.from(chunks, { objectMode: false }))
      expect((await store.get('streamed')).equals(bytes)).toBe(true)
      if (length > 0)
        expect((await buffer(await store.stream('streamed', length - 1))).equals(bytes.subarray(-1))).toBe(
          true,
        )
    },
  )

  it('never shows an upload that broke off', async () => {
    const stream = new PassThrough()
    stream.write(Buffer.alloc(9 * 2 ** 20))
    const upload = store.putStream('broken', stream)
    setImmediate(() => stream.destroy(new Error('the source hung up')))
    await expect(upload).rejects.toThrow('the source hung up')
    await expect(store.get('broken')).rejects.toThrow(DatasetError)
  })

  it('takes back the parts of an upload that broke off', async () => {
    const stream = new PassThrough()
    stream.write(Buffer.alloc(20 * 2 ** 20))
    const upload = store.putStream('parts', stream)
    await vi.waitFor(async () => expect(await partsOf('parts')).toBeGreaterThan(0))
    stream.destroy(new Error('the source hung up'))
    await expect(upload).rejects.toThrow('the source hung up')
    expect(await partsOf('parts')).toBe(0)
  })

  it('makes a bucket that is there already without a word', async () => {
    await Promise.all([store.ensureBucket(), openStore(config).ensureBucket()])
    await store.check()
  })

  it('tells a server that is away from rights that are missing', async () => {
    const away = openStore({ ...config, S3_ENDPOINT: 'http://127.0.0.1:1' })
    await expect(away.put('x', Buffer.from('x'))).rejects.toThrow(TransientError)
    const stranger = openStore({ ...config, S3_SECRET_KEY: 'wrong' })
    await expect(stranger.put('x', Buffer.from('x'))).rejects.toThrow(FatalError)
  })

  it('waits for keys that the lender refuses, and tells its code: MinIO is one, and knows no issuer here', async () => {
    const { S3_ACCESS_KEY: _, S3_SECRET_KEY: __, ...nameless } = config
    const file = join(mkdtempSync(join(tmpdir(), 'dsf-token-')), 'token')
    writeFileSync(file, 'a.b.c')
    const lent = { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: 'arn:minio:iam:::role/dsf' }
    const asking = openStore({ ...nameless, ...lent, AWS_ENDPOINT_URL_STS: config.S3_ENDPOINT }).check()
    await expect(asking).rejects.toThrow(TransientError)
    await expect(asking).rejects.toThrow(/lends no keys for arn:minio:iam:::role\/dsf: \d{3} \w+: \w+/)
  })
})
