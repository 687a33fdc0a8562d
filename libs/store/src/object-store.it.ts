import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DatasetError, FatalError, TransientError } from '@dsf/stage'
import { freshName } from '../../../e2e/support/lanes.ts'
import { environment } from '../../../e2e/support/stack.ts'
import { storeVariables } from './env.ts'
import { openStore } from './object-store.ts'

const config = { ...z.object(storeVariables).parse(environment), S3_BUCKET: freshName() }

describe('the object store', () => {
  const store = openStore(config)
  beforeAll(() => store.ensureBucket())

  it.each([0, 1, 5 * 2 ** 20, 17 * 2 ** 20])(
    'keeps a stream of %d bytes of which nobody knew the length',
    async (length) => {
      const bytes = Buffer.alloc(length, 'abc')
      const chunks = Array.from({ length: Math.ceil(length / 65_536) }, (_, i) =>
        bytes.subarray(i * 65_536, (i + 1) * 65_536),
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
