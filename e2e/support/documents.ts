/** What Elasticsearch holds, asked without our own client. */
import { openIndex } from '../../infra/local/clients.ts'
import { environment } from './stack.ts'

const index: ReturnType<typeof openIndex> = (...asked) => openIndex(environment)(...asked)

/** The answer to any request, as it is. */
export async function ask(path: string, body?: object, method = 'POST'): Promise<any> {
  const response = await index(path, { method, ...(body && { body }) })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`)
  return answer
}

export const mappingOf = async (alias: string): Promise<Record<string, { type: string; format?: string }>> =>
  Object.values((await (await index(`${alias}/_mapping`, { method: 'GET' })).json()) as object)[0].mappings
    .properties

/** The indices behind an alias. */
export const aliasOf = async (alias: string): Promise<string[]> =>
  Object.keys(await ask(`_alias/${alias}`, undefined, 'GET'))

/** The answer to a search, as it is. */
export const search = (alias: string, body: object): Promise<any> => ask(`${alias}/_search`, body)

export const measured = { term: { simulated: false } }
export const simulated = { term: { simulated: true } }

export async function countDocuments(alias: string, query: object = { match_all: {} }): Promise<number> {
  await ask(`${alias}/_refresh`)
  return (await ask(`${alias}/_count`, { query })).count as number
}

export interface Document {
  _id: string
  _version: number
  _source: Record<string, any>
}

/** All documents of a query, by id. */
export async function documentsOf(alias: string, query: object = measured): Promise<Map<string, Document>> {
  await ask(`${alias}/_refresh`)
  const found = new Map<string, Document>()
  const page = {
    query,
    size: 5000,
    version: true,
    sort: [{ dsf_row: 'asc' }, { dsf_version: 'asc' }, { dsf_run: 'asc' }],
  }
  for (let after: unknown; ;) {
    const { hits } = (await ask(`${alias}/_search`, { ...page, ...(after ? { search_after: after } : {}) }))
      .hits
    for (const hit of hits) found.set(hit._id, hit)
    if (hits.length < page.size) return found
    after = hits.at(-1).sort
  }
}

const put = async (path: string, body: object): Promise<void> => {
  const response = await index(path, { method: 'PUT', body })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
}

/** Replaces the index of an alias by an empty one that was made without a field. */
export async function indexWithout(alias: string, field: string): Promise<void> {
  const { [field]: _, ...properties } = await mappingOf(alias)
  const indices = await aliasOf(alias)
  for (const path of [`_index_template/dsf-${alias}`, ...indices]) await index(path, { method: 'DELETE' })
  const aliases = { [alias]: { is_write_index: true } }
  await put(`${alias}-v1`, { aliases, mappings: { dynamic: 'strict', properties } })
}

export const addField = (alias: string, field: string, type: string): Promise<void> =>
  put(`${alias}/_mapping`, { properties: { [field]: { type } } })
