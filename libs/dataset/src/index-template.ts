import type { Dataset, Field } from './dataset.ts'

/** `refused` documents keep their record out of the index; strict mapping makes an unknown field such a refusal. */
type Mapping = Record<string, unknown>

const types = {
  integer: { type: 'long' },
  number: { type: 'double' },
  boolean: { type: 'boolean' },
  date: { type: 'date', format: 'strict_date' },
  datetime: { type: 'date', format: 'epoch_millis' },
} as const

/** Name of the first concrete index; the alias is the dataset's name. */
export const firstIndex = (dataset: Dataset): string => `${dataset.name}-v1`

/** Index template body for `PUT _index_template/dsf-<dataset>`; the pattern covers every version of the index. */
export function indexTemplate(dataset: Dataset) {
  return {
    index_patterns: [`${dataset.name}-v*`],
    // the pattern of `a` also covers the indices of a dataset named `a-v…`, whose longer name then wins
    priority: 200 + dataset.name.length,
    template: {
      settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '5s' },
      mappings: { dynamic: 'strict', properties: properties(dataset) },
    },
    _meta: { dataset: dataset.name, version: dataset.version },
  }
}

function properties(dataset: Dataset): Record<string, Mapping> {
  const computed = dataset.computed.map(({ name, type }): [string, Mapping] => [
    name,
    type === 'string' ? keyword : types[type],
  ])
  return {
    ...(dataset.eventTime ? { '@timestamp': { type: 'date', format: 'epoch_millis' } } : {}),
    ...(dataset.geo ? { location: { type: 'geo_point' } } : {}),
    dsf_run: keyword,
    dsf_row: { type: 'long' },
    dsf_version: { type: 'long' },
    simulated: { type: 'boolean' },
    ...Object.fromEntries(dataset.fields.map((field) => [field.column, fieldMapping(field)])),
    ...Object.fromEntries(computed),
  }
}

const keyword: Mapping = { type: 'keyword', ignore_above: 1024 }

function fieldMapping(field: Field): Mapping {
  if (field.type !== 'string') return types[field.type]
  return field.search === 'text' ? { type: 'text', fields: { keyword } } : keyword
}
