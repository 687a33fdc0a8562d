import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { sourceFailure } from '../../testing/source-failure.ts'
import { addressIn } from './open-s3.ts'
import { openSource } from './open-source.ts'

/** As AWS answers; MinIO takes any region. */
const answers: [string, number, Record<string, string>, string, string][] = [
  [
    'in a header',
    301,
    { 'x-amz-bucket-region': 'eu-west-1' },
    '<Error><Code>PermanentRedirect</Code><Message>…</Message></Error>',
    'answered 301 Moved Permanently: PermanentRedirect: the bucket lies in eu-west-1, which source.s3.region of the definition must name',
  ],
  [
    'in its words',
    400,
    {},
    '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>',
    'answered 400 Bad Request: AuthorizationHeaderMalformed: the bucket lies in eu-west-1, which source.s3.region of the definition must name',
  ],
  ['nowhere', 403, {}, 'x'.repeat(1_000_000), 'answered 403 Forbidden'],
]

describe('a bucket that lies in another region', () => {
  it.each(answers)('is told of where the store names that %s', async (_, status, headers, body, sentence) => {
    const server = createServer((_, response) => response.writeHead(status, headers).end(body))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const failed = openSource('s3://bucket/a.csv', {
      ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 1000 },
      pace: { maxSeconds: 60, minBytesPerSecond: 0 },
      access: { s3: { endpoint, accessKey: 'a', secretKey: 'b' } },
    })
    expect(await sourceFailure(failed)).toEqual([`${endpoint}/bucket/a.csv?… ${sentence}`, false])
    server.close()
  })
})

describe('a bucket whose owner does not pay', () => {
  it.each([
    ['signed', { accessKey: 'a', secretKey: 'b' }],
    ['asked as anybody', {}],
  ])('is told so in the address, %s', async (_, keys) => {
    const place = { endpoint: 'http://127.0.0.1:1', ...keys }
    const url = new URL('s3://bucket/a.csv')
    const payer = async (more: object) =>
      new URL(await addressIn(url, 'a.csv', { ...place, ...more })).searchParams.get('x-amz-request-payer')
    expect([await payer({ requesterPays: true }), await payer({})]).toEqual(['requester', null])
    const listed = new URL(await addressIn(url, '', { ...place, requesterPays: true }, { 'list-type': '2' }))
    expect([...listed.searchParams.keys()]).toEqual(
      expect.arrayContaining(['list-type', 'x-amz-request-payer']),
    )
  })
})
