import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Client } from 'minio'
import { DatasetError, FatalError, TransientError } from '@dsf/stage'
import { agentOf, encryptionOf, identityOf, type Identity } from './credentials.ts'
import type { StoreConfig } from './env.ts'
import { partBytes, upload } from './upload.ts'

/** An S3 bucket, any server. A server that is away or overloaded is a TransientError. */
export interface ObjectStore {
  bucket: string
  /** makes the bucket when it is not there */
  ensureBucket: () => Promise<void>
  /** rejects with the reason when the bucket cannot be reached */
  check: () => Promise<void>
  /** replaces the object; one that is cut off half-way never becomes visible */
  put: (key: string, bytes: Buffer, metadata?: Record<string, string>) => Promise<void>
  /** uploads a stream of unknown length in parts of 8 MiB */
  putStream: (key: string, stream: Readable) => Promise<void>
  get: (key: string) => Promise<Buffer>
  /** from a byte on, so many of them or all that follow */
  stream: (key: string, from?: number, length?: number) => Promise<Readable>
  /** keys that begin with a prefix, in the order of their bytes */
  list: (prefix: string) => Promise<string[]>
}

/** @throws FatalError when variables are missing, or do not fit together */
export function openStore(config: StoreConfig): ObjectStore {
  const identity = identityOf(config)
  const client = openClient(config, identity)
  const encryption = encryptionOf(config)
  const bucket = config.S3_BUCKET
  const tried = <T>(what: string, work: () => Promise<T>) =>
    work().catch((error: unknown) =>
      Promise.reject(storeError(config.S3_ENDPOINT, what, error, identity.isMendable)),
    )
  /** An answer to HEAD has no body: a clock that is wrong looks like a wrong key, and only the answer to a GET tells which. */
  const reason = async (error: unknown): Promise<never> => {
    await client.getBucketVersioning(bucket)
    throw error
  }
  const exists = () => tried(`look for bucket ${bucket}`, () => client.bucketExists(bucket).catch(reason))
  return {
    bucket,
    ensureBucket: async () => {
      if (!(await exists()))
        await tried(`make bucket ${bucket}`, () => client.makeBucket(bucket)).catch(ignoreExisting)
    },
    check: async () => {
      if (!(await exists())) throw new Error(`bucket ${bucket} does not exist`)
    },
    put: async (key, bytes, metadata) =>
      void (await tried(`put ${key}`, () =>
        client.putObject(bucket, key, bytes, bytes.length, { ...metadata, ...encryption }),
      )),
    putStream: (key, stream) =>
      tried(`put ${key}`, () => upload(client, { bucket, key, headers: encryption }, stream)),
    get: (key) => tried(`get ${key}`, async () => buffer(await client.getObject(bucket, key))),
    stream: (key, from = 0, length) =>
      tried(`get ${key}`, () =>
        from === 0 && length === undefined
          ? client.getObject(bucket, key)
          : client.getPartialObject(bucket, key, from, length),
      ),
    list: (prefix) =>
      tried(`list ${prefix}`, async () => {
        const keys: string[] = []
        for await (const item of client.listObjectsV2(bucket, prefix, true) as AsyncIterable<{
          name?: string
        }>)
          if (item.name !== undefined) keys.push(item.name)
        return keys
      }),
  }
}

function openClient(config: StoreConfig, identity: Identity): Client {
  const { hostname, port, protocol } = new URL(config.S3_ENDPOINT)
  const useSSL = protocol === 'https:'
  const agent = agentOf(config)
  return new Client({
    endPoint: hostname,
    port: Number(port) || (useSSL ? 443 : 80),
    useSSL,
    credentialsProvider: identity.provider,
    region: config.S3_REGION,
    pathStyle: config.S3_ADDRESSING === 'path',
    partSize: partBytes,
    ...(agent ? { transportAgent: agent } : {}),
  })
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function ignoreExisting(error: Error): void {
  const { code } = error.cause as { code?: string }
  if (code !== 'BucketAlreadyOwnedByYou' && code !== 'BucketAlreadyExists') throw error
}

/** What only a person can mend; every other answer of an S3 server (SlowDown, full disk, starting up) passes. */
const permanentCodes = new Set([
  'AccessDenied',
  'NoSuchBucket',
  'InvalidBucketName',
  'MethodNotAllowed',
  'NotImplemented',
])

/** The same of one object, which belongs to one dataset: it is gone, or cannot be written under its name. */
const objectCodes = new Set([
  'NoSuchKey',
  'NoSuchVersion',
  'KeyTooLongError',
  'XMinioInvalidObjectName',
  'EntityTooLarge',
  'InvalidObjectState',
  'InvalidRange',
])

const rights: Record<string, string> = {
  put: 's3:PutObject',
  get: 's3:GetObject',
  list: 's3:ListBucket',
  look: 's3:ListBucket',
  make: 's3:CreateBucket',
}

/** Which right a refusal is about: the server says only that there is one. */
function rightFor(what: string, code: string): string {
  const right = code === 'AccessDenied' ? rights[what.split(' ')[0]!] : undefined
  return right === undefined ? '' : `: our key needs ${right} there ("dsf rights s3 <stage>")`
}

/** The same of keys, which a file may bring anew. */
const keyCodes = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'InvalidTokenId',
])

function storeError(endpoint: string, what: string, error: unknown, isMendable: boolean): Error {
  if ((error as Error).cause instanceof TransientError) return (error as Error).cause as Error
  const { code = '', message } = error as { code?: string; message: string }
  const sentence = `object store ${endpoint} cannot ${what}: ${message || code}${rightFor(what, code)}`
  const Kind = kindOf(what, code, isMendable)
  return new Kind(sentence, { cause: error })
}

/** A right on an object is one of a dataset, whose prefix may have rights of its own. */
function kindOf(what: string, code: string, isMendable: boolean) {
  if (objectCodes.has(code) || (code === 'AccessDenied' && /^(put|get) /.test(what))) return DatasetError
  if (keyCodes.has(code)) return isMendable ? TransientError : FatalError
  return permanentCodes.has(code) ? FatalError : TransientError
}
