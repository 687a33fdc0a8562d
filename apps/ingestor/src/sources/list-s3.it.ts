import { describe, expect, it } from 'vitest'
import { environment, settings } from '../../../../e2e/support/stack.ts'
import { gathered } from '../../testing/gathered.ts'
import { csv, ownBucket } from '../../testing/own-bucket.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { listSources } from './list-source.ts'
import { openSource } from './open-source.ts'
import { addressOf } from './pattern.ts'
import type { Bucket } from './source-access.ts'
import type { SourceOptions } from './source-client.ts'

const { bucket, asRoot, put, options } = ownBucket('listed', environment, !settings.secure)
const list = (pattern: string, after?: string, s3?: Bucket, more: Partial<SourceOptions> = {}) =>
  gathered(listSources([`s3://${bucket}/${pattern}`], options(s3, more), after))
const paths = async (...asked: Parameters<typeof list>) => (await list(...asked)).map(({ path }) => path)

/** A store behind TLS has its keys in files; what is asked of it is the same. */
describe.runIf(!settings.secure)('objects of a bucket', () => {
  it('are listed with their lengths, times and tags', async () => {
    for (const key of ['in/a.csv', 'in/b.csv', 'in/c.txt', 'in/d/e.csv', 'in/.f.csv', 'other/a.csv'])
      await put(key)
    const before = Date.now()
    const files = await list('in/*.csv')
    expect(files.map(({ path, size }) => [path, size])).toEqual([
      ['/in/a.csv', csv.length],
      ['/in/b.csv', csv.length],
    ])
    for (const { modifiedMs, etag } of files) {
      expect(Math.abs(before - modifiedMs!)).toBeLessThan(60_000)
      expect(etag).toMatch(/^[0-9a-f]{32}$/)
    }
    expect(await paths('*/*/e.csv')).toEqual(['/in/d/e.csv'])
    expect(await paths('nothing/*')).toEqual([])
  })

  it('are asked for from a name on, so that those before it cost nothing', async () => {
    expect(await paths('in/*.csv', '/in/a.csv')).toEqual(['/in/b.csv'])
  })

  it('are as many as there are, page by page', async () => {
    const keys = Array.from({ length: 1100 }, (_, i) => `many/${String(i).padStart(4, '0')}.csv`)
    for (let at = 0; at < keys.length; at += 50)
      await Promise.all(keys.slice(at, at + 50).map((key) => put(key)))
    expect(await paths('many/*.csv')).toEqual(keys.map((key) => `/${key}`))
  })

  it('have names with odd characters, by which each is read', async () => {
    const names = ['a b+%41.csv', 'ü?.csv', '#1.csv', '*.csv', "'&;=.csv", '00012', '<&>.csv', ' x']
    for (const name of names) await put(`odd/${name}`, Buffer.from(name))
    const found = await list('odd/*')
    expect(found.map(({ path }) => path.slice(5)).toSorted()).toEqual(names.toSorted())
    for (const { path, size } of found) {
      const address = addressOf(new URL(`s3://${bucket}/odd/*`), path)
      const { stream, contentLength } = await openSource(address, { ...options(), known: undefined })
      expect([contentLength, String((await stream.toArray())[0])]).toEqual([size, path.slice(5)])
    }
  })

  it.each<[string, Partial<Bucket>, string]>([
    ['a wrong key', { secretKey: 'geheim-geheim' }, 'SignatureDoesNotMatch'],
    ['no key at all', { accessKey: undefined, secretKey: undefined }, 'AccessDenied'],
  ])('are not listed for %s, in a sentence without it', async (_, wrong, code) => {
    if (settings.store !== 'minio') return
    const [sentence] = await sourceFailure(list('in/*', undefined, { ...asRoot, ...wrong }))
    expect(sentence).toContain(`answered 403 Forbidden: ${code}`)
    expect(sentence).not.toContain('geheim')
  })

  it('are not listed at an address that is not public, unless it is allowed', async () => {
    const [sentence] = await sourceFailure(list('in/*', undefined, asRoot, { allow: [] }))
    expect(sentence).toContain('is refused: 127.0.0.1 is not a public address')
  })

  it('are paid for by whoever asks, under the same signature, where the definition says so', async () => {
    const pays = { ...asRoot, requesterPays: true }
    expect(await paths('in/*.csv', undefined, pays)).toHaveLength(2)
    const { stream } = await openSource(`s3://${bucket}/in/a.csv`, { ...options(pays), known: undefined })
    expect(await stream.toArray()).toEqual([csv])
  })
})
