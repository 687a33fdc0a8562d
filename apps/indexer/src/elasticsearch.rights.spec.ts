import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { loadDataset } from '@dsf/dataset'
import { DatasetError } from '@dsf/stage'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { indexSettings } from './config.ts'
import { openIndex, type Index } from './elasticsearch.ts'

const told = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }
const dataset = loadDataset(join(import.meta.dirname, '../../../datasets/earthquakes'))

/** Takes templates, and lets nobody near an index. Like the real one it has no words in an answer to HEAD. */
const server = createServer(({ url }, response) => {
  const reason = `action [${url}] is unauthorized for user [dsf.indexer], this action is granted by the index privileges [manage,all]`
  const denied = { status: 403, error: { type: 'security_exception', reason } }
  if (url!.startsWith('/_index_template/')) response.writeHead(200, told).end('{}')
  else response.writeHead(403, told).end(JSON.stringify(denied))
})

let index: Index
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  index = openIndex(indexSettings({ ELASTICSEARCH_URL: `http://127.0.0.1:${port}` }))
})
afterAll(() => server.close())

describe('a right of an index that is missing', () => {
  it('is named when a dataset is prepared, as trouble of that dataset', async () => {
    const prepared = index.prepare(dataset)
    await expect(prepared).rejects.toThrow(DatasetError)
    await expect(prepared).rejects.toThrow(
      /index of earthquakes: 403 security_exception: .* is unauthorized for user \[dsf\.indexer\], .*\[manage,all\]/,
    )
  })
})
