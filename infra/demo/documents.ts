/** What Elasticsearch holds, asked by plain HTTP and not by the indexer's client. */
import { openIndex } from '../local/clients.ts'
import { StackError } from '../local/errors.ts'
import { stageEnvironment } from '../local/environment.ts'
import type { Settings } from '../local/settings.ts'

export interface Document {
  readonly _id: string
  readonly _source: Readonly<Record<string, string | number | boolean>>
}

interface SearchAnswer {
  readonly hits: { readonly hits: readonly (Document & { readonly sort: readonly unknown[] })[] }
}

const pageSize = 5000

export function openDocuments(settings: Settings) {
  const index = openIndex(stageEnvironment(settings))

  async function ask<T>(path: string, body: object): Promise<T> {
    const response = await index(path, { body })
    if (response.ok) return (await response.json()) as T
    throw new StackError(`Elasticsearch answers ${response.status} to ${path}: ${await response.text()}`)
  }

  async function count(alias: string, simulated: boolean): Promise<number> {
    const { count } = await ask<{ count: number }>(`${alias}/_count`, { query: { term: { simulated } } })
    return count
  }

  /** All documents that a source row stands behind, with some of their fields. */
  async function measured(alias: string, fields: readonly string[]): Promise<Document[]> {
    const found: Document[] = []
    const page = {
      query: { term: { simulated: false } },
      size: pageSize,
      _source: fields,
      sort: ['dsf_run', 'dsf_row'],
    }
    for (let after: readonly unknown[] | undefined; ;) {
      const { hits } = (
        await ask<SearchAnswer>(`${alias}/_search`, after ? { ...page, search_after: after } : page)
      ).hits
      found.push(...hits)
      after = hits.at(-1)?.sort
      if (hits.length < pageSize) return found
    }
  }

  /** The documents with the greatest value of a field. */
  async function top(alias: string, field: string, size: number): Promise<readonly Document[]> {
    const query = { term: { simulated: false } }
    const sort = [{ [field]: 'desc' }]
    return (await ask<SearchAnswer>(`${alias}/_search`, { query, size, sort })).hits.hits
  }

  return { count, measured, top }
}

export type Documents = ReturnType<typeof openDocuments>
