import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { importFile, readKibana, withPrefix } from './import.ts'

/** There is no Kibana to be had here: this double answers as its documentation says, and was never compared with one. */
let server: Server | undefined
const asked: { url: string; headers: IncomingMessage['headers']; body: string }[] = []

afterEach(() => {
  server?.close()
  asked.length = 0
})

async function kibanaThat(answers: { status?: number; body: object }): Promise<string> {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ url: request.url!, headers: request.headers, body })
      const withoutMark = request.headers['kbn-xsrf'] === undefined
      const { status = 200, body: answer } = withoutMark
        ? { status: 400, body: { message: 'Request must contain a kbn-xsrf header.' } }
        : answers
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const taken = { body: { success: true, successCount: 3, warnings: [], successResults: [] } }

const refused = (error: object) => ({
  body: { success: false, successCount: 1, errors: [{ id: 'dsf-quakes', type: 'dashboard', error }] },
})

describe('an import', () => {
  it('sends the file as a form, overwrites, and returns how many objects were taken', async () => {
    const url = await kibanaThat(taken)
    expect(await importFile({ url }, 'quakes.ndjson', '{"id":"a"}\n')).toBe(3)
    expect(asked[0]!.url).toBe('/api/saved_objects/_import?overwrite=true&compatibilityMode=true')
    expect(asked[0]!.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(asked[0]!.body).toMatch(/name="file"; filename="quakes\.ndjson"[\s\S]*\{"id":"a"\}/)
  })

  it('goes to a space, behind a path, and signs in with a key or with the name in the address', async () => {
    const url = await kibanaThat(taken)
    await importFile({ url: `${url}/kibana/`, space: 'data', apiKey: 'k' }, 'a', '')
    await importFile({ url: url.replace('//', '//me:p%40ss@') }, 'a', '')
    expect(asked[0]!.url).toBe(
      '/kibana/s/data/api/saved_objects/_import?overwrite=true&compatibilityMode=true',
    )
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([
      'ApiKey k',
      `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    ])
  })

  // what Kibana counts as a success there is what it would have written without the others
  it.each([
    [
      { type: 'missing_references', references: [{ type: 'index-pattern', id: 'x' }] },
      'missing_references, index-pattern x',
    ],
    [{ type: 'conflict', destinationId: 'other' }, 'conflict'],
    [{ type: 'ambiguous_conflict', destinations: [{ id: 'a' }, { id: 'b' }] }, 'ambiguous_conflict'],
  ])('fails when Kibana answers 200, and says of %o that nothing was written', async (error, said) => {
    const url = await kibanaThat(refused(error))
    await expect(importFile({ url }, 'quakes.ndjson', '')).rejects.toThrow(
      `quakes.ndjson: Kibana wrote nothing, because it refused\n  dashboard dsf-quakes: ${said}`,
    )
  })

  it('fails when Kibana took some objects only, and says how many', async () => {
    const url = await kibanaThat(refused({ type: 'unknown', message: 'a newer version', statusCode: 400 }))
    await expect(importFile({ url }, 'quakes.ndjson', '')).rejects.toThrow(
      'quakes.ndjson: Kibana took 1 objects and refused\n  dashboard dsf-quakes: unknown, a newer version',
    )
  })

  it('fails with what Kibana says of a request that it does not take', async () => {
    const url = await kibanaThat({ status: 401, body: { message: 'unable to authenticate user' } })
    await expect(importFile({ url }, 'a', '')).rejects.toThrow('a: Kibana answered 401: {"message":"unable')
  })

  it('says that it does not know where Kibana is', () => {
    expect(() => readKibana({})).toThrow('make kibana KIBANA_URL=')
  })
})

it('names indices by their prefix in data views, and nothing else otherwise', () => {
  const view = { type: 'index-pattern', id: 'quakes-view', attributes: { title: 'quakes', name: 'Quakes' } }
  const lines = [view, { type: 'dashboard', attributes: { title: 'Quakes' } }].map((one) =>
    JSON.stringify(one),
  )
  const ndjson = `${lines.join('\n')}\n`
  expect(withPrefix(ndjson, '')).toBe(ndjson)
  const [first, ...others] = withPrefix(ndjson, 'team-').split('\n')
  expect(JSON.parse(first!)).toEqual({ ...view, attributes: { title: 'team-quakes', name: 'Quakes' } })
  expect(others).toEqual([lines[1], ''])
})
