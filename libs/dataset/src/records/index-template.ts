import { rowDocumentColumns, type DocumentColumn } from './columns.ts'
import type { Dataset } from '../definition/dataset.ts'

/** `refused` documents keep their record out of the index; strict mapping makes an unknown field such a refusal. */
type Mapping = Record<string, unknown>

/** Dates as our documents write them, and beside that as people type them into a filter; the first one is tried first. */
const dateFormat = 'epoch_millis||strict_date_optional_time'

const types: Record<DocumentColumn['type'], Mapping> = {
  string: { type: 'keyword', ignore_above: 1024 },
  integer: { type: 'long' },
  number: { type: 'double' },
  boolean: { type: 'boolean' },
  date: { type: 'date', format: 'strict_date' },
  datetime: { type: 'date', format: dateFormat },
  geo_point: { type: 'geo_point' },
}

const mapping = ({ type, search }: DocumentColumn): Mapping =>
  search === 'text' ? { type: 'text', fields: { keyword: types.string } } : types[type]

/** Fields of the documents of an index. */
export const properties = (columns: readonly DocumentColumn[]): Record<string, Mapping> =>
  Object.fromEntries(columns.map((column) => [column.name, mapping(column)]))

/** Body of `PUT _index_template/…`, as far as ours go. */
export interface IndexTemplate {
  index_patterns: string[]
  priority: number
  template: {
    settings: {
      number_of_shards: number
      auto_expand_replicas: string
      refresh_interval: string
      'index.mapping.total_fields.limit'?: number
    }
    mappings: { dynamic: 'strict'; properties: Record<string, Mapping> }
  }
  _meta?: Record<string, string>
}

/**
 * Index template of a dataset; the pattern covers every version of its index, `<dataset>-v1`, `-v2` and so on. One shard is
 * enough for tens of millions of rows. A single node has no replica, a cluster one.
 */
export function indexTemplate(dataset: Dataset): IndexTemplate {
  const mapped = properties(rowDocumentColumns(dataset))
  const limit = fieldLimit(mapped)
  return {
    index_patterns: [`${dataset.name}-v*`],
    // the pattern of `a` also covers the indices of a dataset named `a-v…`, whose longer name then wins
    priority: 200 + dataset.name.length,
    template: {
      settings: {
        ...{ number_of_shards: 1, auto_expand_replicas: '0-1', refresh_interval: '5s' },
        ...(limit === undefined ? {} : { 'index.mapping.total_fields.limit': limit }),
      },
      mappings: { dynamic: 'strict', properties: mapped },
    },
    _meta: { dataset: dataset.name, version: dataset.version },
  }
}

const usualLimit = 1000

/** How many fields an index must allow for a mapping, where that is more than it does by itself. */
export function fieldLimit(mapped: Record<string, unknown>): number | undefined {
  const counts = Object.values(mapped).map((one) => 1 + Object.keys((one as Mapping)['fields'] ?? {}).length)
  const count = counts.reduce((sum, more) => sum + more, 0)
  return count > usualLimit ? count : undefined
}

/** Index template body of an index of our own, which holds documents of all datasets. */
export const ownTemplate = (alias: string, mapped: Record<string, Mapping>): IndexTemplate => ({
  index_patterns: [`${alias}-0*`],
  priority: 300,
  template: {
    settings: { number_of_shards: 1, auto_expand_replicas: '0-1', refresh_interval: '5s' },
    mappings: { dynamic: 'strict', properties: mapped },
  },
})
