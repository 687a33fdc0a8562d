import { describe, expect, it } from 'vitest'
import { gathered } from '../../testing/gathered.ts'
import { options, serve } from '../../testing/served-source.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { listSources } from './list-source.ts'

const object = (key: string) =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-27T00:00:00Z</LastModified><ETag>"e"</ETag><Size>1</Size></Contents>`

/** A store that has so many objects below each prefix, and tells them in pages of 20,000. */
const storeOf = (objects: number) =>
  serve(({ url }, response) => {
    const asked = new URL(url!, 'http://store').searchParams
    const from = Number(asked.get('continuation-token') ?? 0)
    const to = Math.min(from + 20_000, objects)
    const keys = Array.from({ length: to - from }, (_, i) => object(`${asked.get('prefix')}-${from + i}.csv`))
    const next = to < objects ? `<NextContinuationToken>${to}</NextContinuationToken>` : ''
    response.end(`<ListBucketResult>${keys.join('')}${next}</ListBucketResult>`)
  })

const days = ['s3://bucket/in/03*.csv', 's3://bucket/in/02*.csv', 's3://bucket/in/01*.csv']

const list = async (objects: number) => {
  const endpoint = await storeOf(objects)
  return gathered(listSources(days, { ...options, maxBytes: 2 ** 30, access: { s3: { endpoint } } }))
}

describe('objects of the dates of a pattern', () => {
  it('are listed for each date', async () => {
    expect((await list(2)).map(({ path }) => path)).toEqual([
      ...['/in/03-0.csv', '/in/03-1.csv', '/in/02-0.csv'],
      ...['/in/02-1.csv', '/in/01-0.csv', '/in/01-1.csv'],
    ])
  })

  it('are too many when all dates have more of them together', async () => {
    const [sentence] = await sourceFailure(list(40_000))
    expect(sentence).toContain('more than 100000 entries')
  })
})
