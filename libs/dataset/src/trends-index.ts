import { dateFormat, type IndexTemplate } from './index-template.ts'

/** Alias of the trends of all datasets, and its first index. */
export const trendsIndex = 'dsf-trends'
export const firstTrendsIndex = `${trendsIndex}-000001`

const keyword = { type: 'keyword', ignore_above: 1024 }
const double = { type: 'double' }

/** Index template body for `PUT _index_template/dsf-trends`: one document for each window, type, simulated or not, and field. */
export const trendsTemplate: IndexTemplate = {
  index_patterns: [`${trendsIndex}-0*`],
  priority: 300,
  template: {
    settings: { number_of_shards: 1, auto_expand_replicas: '0-1', refresh_interval: '5s' },
    mappings: {
      dynamic: 'strict',
      properties: {
        '@timestamp': { type: 'date', format: dateFormat },
        window_end: { type: 'date', format: dateFormat },
        dataset: keyword,
        type: keyword,
        simulated: { type: 'boolean' },
        field: keyword,
        events: { type: 'long' },
        values: { type: 'long' },
        mean: double,
        minimum: double,
        maximum: double,
        dsf_version: { type: 'long' },
      },
    },
  },
}
