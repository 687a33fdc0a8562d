import { errors, type Client } from '@elastic/elasticsearch'
import { DatasetError, FatalError, TransientError } from '@dsf/stage'
import { fieldLimit, indexTemplate, type Dataset, type IndexTemplate } from '@dsf/dataset'
import { answerFilter, explainError, type BulkAnswer, type BulkOutcome } from './bulk-answer.ts'
import type { BulkBody } from './bulk-body.ts'
import type { IndexSettings } from './config.ts'
import { openClient, type Patience } from './elasticsearch-client.ts'
import type { Turn } from './one-large.ts'
import { sendBulk } from './send-bulk.ts'
import { sharedCalls } from './shared-calls.ts'

/** What the indexer does with Elasticsearch. A server that is away or overloaded is a TransientError. */
export interface Index {
  /** what the index or alias of a name is called there: names that are handed over are without the prefix, those in calls are with it */
  nameOf: (name: string) => string
  check: () => Promise<unknown>
  /** index template, first index and alias of a dataset; all of it may be there already */
  prepare: (dataset: Dataset) => Promise<void>
  /** the same for an index that is not of a dataset */
  prepareIndex: (index: NamedIndex) => Promise<void>
  /** into an alias, which is never made by writing to it, or into an index; each try in its turn, until the signal ends its waiting */
  bulk: (
    body: BulkBody,
    how?: { target?: 'alias' | 'index'; signal?: AbortSignal | undefined; turn?: Turn },
  ) => Promise<BulkOutcome>
  /** makes what was written so far visible to searches; costs little where nothing was */
  refresh: (alias: string) => Promise<unknown>
  call: <T>(what: string, work: (client: Client) => Promise<T>) => Promise<T>
}

const atOnce: Turn = (_, send) => send()

/** A template, and the first index that is made of it. */
export interface NamedIndex {
  alias: string
  /** of the template */
  name: string
  template: IndexTemplate
  first: string
}

/** @throws FatalError when variables do not fit together */
export function openIndex(settings: IndexSettings, waits?: Patience): Index {
  const { client, isMendable, patience } = openClient(settings, waits)
  const url = settings.ELASTICSEARCH_URL.join(', ')
  const nameOf = (name: string) => `${settings.ELASTICSEARCH_INDEX_PREFIX}${name}`
  const tried = async <T>(what: string, work: (client: Client) => Promise<T>): Promise<T> => {
    try {
      return await work(client())
    } catch (error) {
      throw explain(`Elasticsearch at ${url}, ${what}`, error, isMendable)
    }
  }
  const prepared = (index: NamedIndex, dataset?: string) =>
    tried(`index of ${index.alias}`, (client) => prepare(client, named(index, nameOf), dataset))
  return {
    nameOf,
    check: () =>
      tried('health', (client) =>
        client.cluster.health({ timeout: '2s' }, { requestTimeout: patience.health }),
      ),
    prepare: (dataset) => prepared(ofDataset(dataset), dataset.name),
    prepareIndex: (index) => prepared(index),
    bulk: (body, { target = 'alias', signal, turn = atOnce } = {}) => {
      const request = (client: Client, items: string) => requestBulk(client, items, target === 'alias')
      const send = (items: string) => tried('bulk', (client) => request(client, items))
      return sendBulk((items) => turn(items.length, () => send(items), signal), body, { signal })
    },
    // the lanes of a run end together, and one refresh is enough for all of them
    refresh: sharedCalls((alias) =>
      tried('refresh', (client) => client.indices.refresh({ index: nameOf(alias) })),
    ),
    call: tried,
  }
}

/** The same, called as it is there. */
export function named({ alias, name, first, template }: NamedIndex, nameOf: Index['nameOf']): NamedIndex {
  const index_patterns = template.index_patterns.map(nameOf)
  return {
    ...{ alias: nameOf(alias), name: nameOf(name), first: nameOf(first) },
    template: { ...template, index_patterns },
  }
}

async function prepare(
  client: Client,
  { alias, name, template, first }: NamedIndex,
  dataset: string | undefined,
): Promise<void> {
  await client.indices.putIndexTemplate({ name, ...template })
  if (await isThere(client, alias)) {
    // a definition may have grown fields since
    await allowFields(client, alias, template)
    const { mappings } = template.template
    const properties = await withOwnFormats(client, alias, mappings.properties)
    await client.indices
      .putMapping({ index: alias, ...mappings, properties })
      .catch(explainChange(alias, dataset))
    return
  }
  const aliases = { [alias]: { is_write_index: true } }
  await client.indices.create({ index: first, aliases }).catch(ignoreExisting)
  if (await isThere(client, alias)) return
  throw new DatasetError(
    `the index ${first} is there, and no alias ${alias}: give the alias to the index that has its documents, with is_write_index (POST /_aliases), or delete ${first}`,
  )
}

/** Not by HEAD, which says nothing of a right that is missing. */
async function isThere(client: Client, alias: string): Promise<boolean> {
  const { statusCode } = await client.indices.getAlias({ name: alias }, { ignore: [404], meta: true })
  return statusCode !== 404
}

type Properties = IndexTemplate['template']['mappings']['properties']

/** The format of a date cannot be changed: an index keeps what it was made with, and the next one gets the template's. */
async function withOwnFormats(client: Client, alias: string, wanted: Properties): Promise<Properties> {
  const [found] = Object.values(await client.indices.getMapping({ index: alias }))
  const own = found?.mappings.properties as Properties | undefined
  return Object.fromEntries(
    Object.entries(wanted).map(([name, mapping]) => {
      const there = own?.[name]
      const isDate = mapping['type'] === 'date' && there?.['type'] === 'date'
      return [name, isDate ? { ...mapping, format: there['format'] } : mapping]
    }),
  )
}

/** What an index has of fields that the definition has lost since counts, too. */
async function allowFields(client: Client, alias: string, { template }: IndexTemplate): Promise<void> {
  const indices = Object.entries(await client.indices.getMapping({ index: alias }))
  for (const [index, { mappings }] of indices) {
    const limit = fieldLimit({ ...mappings.properties, ...template.mappings.properties })
    if (limit !== undefined)
      await client.indices.putSettings({ index, settings: { 'index.mapping.total_fields.limit': limit } })
  }
}

export const ofDataset = (dataset: Dataset): NamedIndex => ({
  alias: dataset.name,
  name: `dsf-${dataset.name}`,
  template: indexTemplate(dataset),
  first: `${dataset.name}-v1`,
})

/** What it changed, Elasticsearch refuses with the field's name. An index of a dataset can be filled anew, by the dataset's own name. */
const explainChange = (alias: string, dataset: string | undefined) => (error: unknown) => {
  if (!(error instanceof errors.ResponseError) || error.statusCode !== 400) throw error
  const way =
    dataset === undefined
      ? ''
      : `. Fill a new one: make reindex DATASET=${dataset}, or on Kubernetes a Job of the CronJob "reindex" with the argument ${dataset} (docs/elasticsearch.md)`
  throw new DatasetError(`the index ${alias} cannot take its definition: ${reasonOf(error)}${way}`, {
    cause: error,
  })
}

function ignoreExisting(error: unknown): void {
  const body = error instanceof errors.ResponseError ? (error.body as { error?: { type?: string } }) : {}
  if (body.error?.type !== 'resource_already_exists_exception') throw error
}

function requestBulk(client: Client, bulkBody: string, require_alias: boolean): Promise<BulkAnswer> {
  const querystring = { filter_path: answerFilter, require_alias }
  return client.transport.request<BulkAnswer>({ method: 'POST', path: '/_bulk', bulkBody, querystring })
}

const reasonOf = (error: errors.ElasticsearchClientError): string => {
  const { error: cause } = error instanceof errors.ResponseError ? (error.body as { error?: object }) : {}
  return explainError(cause) ?? error.message
}

/** Who is not let in at all is let in for no dataset; what else is refused, a right too, concerns what was asked for, and so a dataset. */
function explain(what: string, error: unknown, isMendable: boolean): Error {
  if (!(error instanceof errors.ElasticsearchClientError)) return error as Error
  const status = error instanceof errors.ResponseError ? (error.statusCode ?? 500) : undefined
  const Kind = status === undefined ? TransientError : kindOf(status, isMendable)
  return new Kind(`${what}: ${status ?? ''} ${reasonOf(error)}`, { cause: error })
}

function kindOf(status: number, isMendable: boolean) {
  if (status === 401) return isMendable ? TransientError : FatalError
  return status >= 400 && status < 500 && status !== 408 && status !== 429 ? DatasetError : TransientError
}
