import { buffer } from 'node:stream/consumers'
import { AssumeRoleProvider } from 'minio/dist/esm/AssumeRoleProvider.mjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openProxy, type Proxy } from '../../../../e2e/support/tcp-proxy.ts'
import { environment, settings } from '../../../../e2e/support/stack.ts'
import { fetchHalfway, longFile } from '../../testing/fetch-halfway.ts'
import { csv, ownBucket } from '../../testing/own-bucket.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { openSource } from './open-source.ts'
import type { Bucket } from './source-access.ts'
import { isSameFile, type SourceOptions } from './source-client.ts'

const { bucket, asRoot, root, put, options } = ownBucket('sources', environment, !settings.secure)
const { endpoint } = asRoot

/** Connections to the store, which can be cut and held up. */
let proxy: Proxy
beforeAll(async () => {
  if (!settings.secure) proxy = await openProxy(endpoint)
})
afterAll(async () => {
  if (!settings.secure) await proxy.close()
})

const url = (key: string) => `s3://${bucket}/${key}`
const open = (key: string, s3?: Bucket, more: Partial<SourceOptions> = {}) =>
  openSource(url(key), { ...options(s3, more), known: undefined })
const read = async (...asked: Parameters<typeof open>) => buffer((await open(...asked)).stream)
const failure = (...asked: Parameters<typeof open>) => sourceFailure(read(...asked))
const shown = (key: string) => `${endpoint}/${bucket}/${key}?…`

/** A store behind TLS has its keys in files; what is asked of it is the same. */
describe.runIf(!settings.secure)('an object of a bucket', () => {
  it('comes byte by byte, with its length, tag and time', async () => {
    await put('2026/a b+%é.csv', csv)
    const { stream, ...told } = await open('2026/a%20b+%25%C3%A9.csv')
    expect(await buffer(stream)).toEqual(csv)
    expect(told).toMatchObject({
      contentLength: csv.length,
      etag: expect.stringMatching(/^"\w+"$/) as string,
    })
    expect(told.redirected).toBeUndefined()
    await put('long.csv', longFile)
    expect((await read('long.csv')).equals(longFile)).toBe(true)
    await put('empty.csv', Buffer.alloc(0))
    expect(await read('empty.csv')).toEqual(Buffer.alloc(0))
  })

  it('does not come again under the tag of the one before', async () => {
    await put('d.csv', csv)
    const { stream, etag } = await open('d.csv')
    await buffer(stream)
    const known = { etag: etag!, redirected: null, modified: null, bytes: csv.length }
    expect(await openSource(url('d.csv'), options(asRoot, { known }))).toMatchObject({ same: 'etag', etag })
    await put('d.csv', Buffer.concat([csv, csv]))
    expect(isSameFile(await openSource(url('d.csv'), options(asRoot, { known })))).toBe(false)
  })

  it('goes on where it was when the connection is cut, or silent', async () => {
    await put('long.csv', longFile)
    const through = { ...asRoot, endpoint: proxy.url }
    const cut = fetchHalfway(url('long.csv'), options(through), () => proxy.cut())
    expect((await cut).equals(longFile)).toBe(true)
    const quick = options(through, { timeouts: { connect: 500, headers: 2000, idle: 300, second: 10 } })
    const silent = fetchHalfway(url('long.csv'), quick, () => proxy.hold())
    expect((await silent).equals(longFile)).toBe(true)
    expect(proxy.connections()).toBeGreaterThan(3)
  })

  it('is begun anew when it broke off, and is another one by then', async () => {
    await put('long.csv', longFile)
    // the store replaces no object that is being read
    const halfway = () => {
      proxy.cut()
      return put('long.csv', csv)
    }
    const through = options({ ...asRoot, endpoint: proxy.url }, { timeouts: { second: 2000 } })
    const [sentence, transient] = await sourceFailure(fetchHalfway(url('long.csv'), through, halfway))
    expect(sentence).toBe(
      `${proxy.url}/${bucket}/long.csv?… changed while it was fetched, or cannot be continued`,
    )
    expect(transient).toBe(true)
  })

  it('fails the run with the reason of the store when it is missing, or its bucket is', async () => {
    expect(await failure('none.csv')).toEqual([
      `${shown('none.csv')} answered 404 Not Found: NoSuchKey`,
      false,
    ])
    await expect(read('none.csv')).rejects.toMatchObject({ isMissing: true })
    const elsewhere = sourceFailure(openSource('s3://no-such-bucket/a.csv', options()))
    expect((await elsewhere)[0]).toContain('answered 404 Not Found: NoSuchBucket')
  })

  it('fails the run when it is longer than the limit, or no object has such a name', async () => {
    await put('e.csv', csv)
    const [sentence] = await failure('e.csv', asRoot, { maxBytes: 5 })
    expect(sentence).toBe(`${shown('e.csv')} is longer than the limit of 5 bytes`)
    expect((await failure('a.csv?x=1'))[0]).toContain('names no file')
    const [wrong] = await sourceFailure(openSource('s3://No_Bucket/a.csv', options()))
    expect(wrong).toContain('s3://No_Bucket/a.csv names no object')
  })
})

/** SeaweedFS has other reasons, and lends no keys. */
describe.runIf(!settings.secure && settings.store === 'minio')('a store', () => {
  it.each<[string, Partial<Bucket>, string]>([
    ['a wrong key', { secretKey: 'geheim-geheim' }, 'SignatureDoesNotMatch'],
    ['a key that it does not know', { accessKey: 'geheim-geheim' }, 'InvalidAccessKeyId'],
    ['a token that does not hold', { sessionToken: 'geheim-geheim' }, 'Invalid'],
    ['no key at all', { accessKey: undefined, secretKey: undefined }, 'AccessDenied'],
  ])('refuses %s, in a sentence without it', async (_, wrong, code) => {
    await put('f.csv', csv)
    const [sentence, transient] = await failure('f.csv', { ...asRoot, ...wrong })
    expect(sentence).toMatch(new RegExp(` answered 40[03] \\w+( \\w+)?: ${code}`))
    expect(sentence).not.toContain('geheim')
    expect(transient).toBe(false)
  })

  it('lends keys, with a token, for what they may read, and nothing else', async () => {
    await put('in/a.csv', csv)
    await put('out/a.csv', csv)
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::${bucket}/in/*`] }],
    }
    const lender = new AssumeRoleProvider({
      ...{ stsEndpoint: endpoint, region: 'us-east-1' },
      ...{ accessKey: asRoot.accessKey, secretKey: asRoot.secretKey },
      policy: JSON.stringify(policy),
    })
    const lent = await lender.getCredentials()
    const keys = {
      ...{ endpoint, accessKey: lent.accessKey, secretKey: lent.secretKey },
      sessionToken: lent.sessionToken!,
    }
    expect(await read('in/a.csv', keys)).toEqual(csv)
    expect(await failure('out/a.csv', keys)).toEqual([
      `${shown('out/a.csv')} answered 403 Forbidden: AccessDenied`,
      false,
    ])
  })

  it('gives anybody what is for anybody', async () => {
    await put('open/a b.csv', csv)
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: ['*'] },
          Action: ['s3:GetObject'],
          Resource: [`arn:aws:s3:::${bucket}/open/*`],
        },
      ],
    }
    await root.setBucketPolicy(bucket, JSON.stringify(policy))
    expect(await read('open/a%20b.csv', { endpoint })).toEqual(csv)
  })

  it('is not reached at an address that is not public, by whatever name, unless it is allowed', async () => {
    const [literal] = await failure('f.csv', asRoot, { allow: [] })
    expect(literal).toContain('is refused: 127.0.0.1 is not a public address')
    const named = { ...asRoot, endpoint: endpoint.replace('127.0.0.1', 'localhost') }
    expect((await failure('f.csv', named, { allow: [] }))[0]).toContain('host localhost is refused')
  })
})
