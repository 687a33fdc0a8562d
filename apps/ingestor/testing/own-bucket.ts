/** A bucket of a file of tests alone, in the store of the tests. It goes when they are over. */
import { randomBytes } from 'node:crypto'
import { Client } from 'minio'
import { afterAll, beforeAll } from 'vitest'
import type { Bucket } from '../src/sources/source-access.ts'
import type { SourceOptions } from '../src/sources/source-client.ts'

export const csv = Buffer.from('id,name\n1,a\n')

/** @param isUsed otherwise there is no bucket */
export function ownBucket(purpose: string, environment: Record<string, string | undefined>, isUsed: boolean) {
  const {
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY: accessKey,
    S3_SECRET_KEY: secretKey,
  } = environment as Record<string, string>
  const asRoot = { endpoint: endpoint!, accessKey: accessKey!, secretKey: secretKey! }
  const { hostname, port } = new URL(asRoot.endpoint)
  const root = new Client({
    ...{ endPoint: hostname, port: Number(port), useSSL: false, region: 'us-east-1' },
    ...{ accessKey: asRoot.accessKey, secretKey: asRoot.secretKey },
  })
  const bucket = `${purpose}-${randomBytes(4).toString('hex')}`
  beforeAll(async () => {
    if (isUsed) await root.makeBucket(bucket)
  })
  afterAll(async () => {
    if (isUsed) await removeBucket(root, bucket)
  })
  return {
    ...{ bucket, asRoot, root },
    put: (key: string, bytes = csv) => root.putObject(bucket, key, bytes, bytes.length),
    options: (s3: Bucket = asRoot, more: Partial<SourceOptions> = {}): SourceOptions => ({
      ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 2 ** 30, access: { s3 } },
      pace: { maxSeconds: 6000, minBytesPerSecond: 0 },
      timeouts: { connect: 2000, headers: 5000, idle: 2000, second: 300 },
      ...more,
    }),
  }
}

async function removeBucket(root: Client, bucket: string): Promise<void> {
  const keys = (await root.listObjectsV2(bucket, '', true).toArray()) as { name: string }[]
  await root.removeObjects(
    bucket,
    keys.map(({ name }) => name),
  )
  await root.removeBucket(bucket)
}
