import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { DatasetError } from '@dsf/stage'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { storeVariables } from './env.ts'
import { openStore } from './object-store.ts'

const denied = (response: ServerResponse) =>
  response
    .writeHead(403, { 'content-type': 'application/xml' })
    .end('<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>')
const begun = (response: ServerResponse) =>
  response.end('<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>')
const silent = () => undefined

/** A store that fails in the middle of an upload, which MinIO does not when it is told to. */
const asked: string[] = []
let answers: Record<'begin' | 'part', (response: ServerResponse) => unknown> = { begin: denied, part: denied }
const server = createServer((request, response) => {
  const { method, url } = request
  request.resume()
  asked.push(`${method} ${url!.split('?')[1]}`)
  if (method === 'POST' && url!.endsWith('?uploads')) answers.begin(response)
  else if (method === 'PUT') answers.part(response)
  else response.writeHead(204).end()
})
let endpoint = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** More than a part, of a stream that goes on, and what becomes of it. */
function uploaded() {
  asked.length = 0
  const variables = { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: 'known', S3_SECRET_KEY: 'to-it' }
  const stream = new PassThrough()
  stream.write(Buffer.alloc(9 * 2 ** 20))
  const upload = openStore(z.object(storeVariables).parse(variables)).putStream(
    'lake/dataset=quakes/1',
    stream,
  )
  return { stream, upload }
}

describe('an upload that fails', () => {
  it('says so before its stream is destroyed, whose writer would only know that it is', async () => {
    answers = { begin: denied, part: denied }
    const { stream, upload } = uploaded()
    const order: string[] = []
    stream.once('close', () => order.push('closed'))
    await upload.catch((error: unknown) => order.push((error as Error).constructor.name))
    expect(order).toEqual([DatasetError.name])
    // which is no error of ours that nobody has heard
    stream.destroy(new Error('for nobody'))
    await vi.waitFor(() => expect(order).toEqual([DatasetError.name, 'closed']))
  })

  it('says so as soon as a part is refused, however long the next one takes, and takes it back', async () => {
    answers = { begin: begun, part: denied }
    await expect(uploaded().upload).rejects.toThrow(/s3:PutObject/)
    expect(asked).toEqual(['POST uploads', 'PUT uploadId=1&partNumber=1', 'DELETE uploadId=1'])
  })

  it('says so when its stream breaks, although the server is silent about a part', async () => {
    answers = { begin: begun, part: silent }
    const { stream, upload } = uploaded()
    await vi.waitFor(() => expect(asked).toHaveLength(2))
    stream.destroy(new Error('the source hung up'))
    await expect(upload).rejects.toThrow('the source hung up')
    expect(asked.at(-1)).toBe('DELETE uploadId=1')
  })
})
