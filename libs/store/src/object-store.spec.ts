import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatasetError, FatalError } from '@dsf/stage'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { storeVariables } from './env.ts'
import { openStore } from './object-store.ts'

/** A store that knows us and denies everything: MinIO denies nothing to the key that tests have. */
const server = createServer((request, response) => {
  request.resume()
  const body = '<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>'
  response.writeHead(403, { 'content-type': 'application/xml' }).end(body)
})
let endpoint = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const store = () =>
  openStore(
    z.object(storeVariables).parse({ S3_ENDPOINT: endpoint, S3_ACCESS_KEY: 'known', S3_SECRET_KEY: 'to-it' }),
  )

describe('a right that is missing', () => {
  it('concerns a dataset where it is one of an object, and names the right', async () => {
    const denied = store().put('lake/dataset=quakes/1', Buffer.from('x'))
    await expect(denied).rejects.toThrow(DatasetError)
    await expect(denied).rejects.toThrow(/s3:PutObject/)
  })

  it('concerns the process where it is one of the bucket', async () => {
    await expect(store().list('lake/')).rejects.toThrow(FatalError)
  })
})
