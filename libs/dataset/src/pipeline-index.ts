import { counterNames, formerCounter } from './counters.ts'
import { dateFormat, type IndexTemplate } from './index-template.ts'

/** Alias of the documents about the pipeline itself, and its first index, whose name Elasticsearch can roll over. */
export const pipelineIndex = 'dsf-pipeline'
export const firstPipelineIndex = `${pipelineIndex}-000001`

const keyword = { type: 'keyword', ignore_above: 1024 }
const long = { type: 'long' }

/**
 * Fields of the documents in `dsf-pipeline`, of five kinds:
 *
 * - `run`: a finished run with its counters, and ms from request to end; one of the first releases has `indexed` for `created` and `replaced`;
 * - `stage`: ms that a run took from the receipt of the stage before to the one of this stage, in its slowest lane;
 * - `reject`: rows of a run that were refused for a reason;
 * - `lag`: records of a topic that a stage had not committed at a time;
 * - `profile`: what processed rows that arrived together look like in a field, by run, type and window of event time. Rows of
 *   a run may come as several, whose `rows` and `nulls` can be added.
 */
const properties: Record<string, { type: string; format?: string }> = {
  '@timestamp': { type: 'date' },
  kind: keyword,
  dataset: keyword,
  run: keyword,
  state: keyword,
  reason: keyword,
  ...Object.fromEntries([...counterNames, formerCounter].map((name) => [name, long])),
  duration_ms: long,
  stage: keyword,
  code: keyword,
  topic: keyword,
  rows: long,
  records: long,
  type: keyword,
  window_start: { type: 'date', format: dateFormat },
  window_end: { type: 'date', format: dateFormat },
  field: keyword,
  keys: long,
  nulls: long,
  distinct: long,
  ...Object.fromEntries(
    ['minimum', 'maximum', 'mean', 'p05', 'p25', 'p50', 'p75', 'p95'].map((name) => [
      name,
      { type: 'double' },
    ]),
  ),
}

/** Index template body for `PUT _index_template/dsf-pipeline`. */
export const pipelineTemplate: IndexTemplate = {
  index_patterns: [`${pipelineIndex}-0*`],
  priority: 300,
  template: {
    settings: { number_of_shards: 1, auto_expand_replicas: '0-1', refresh_interval: '5s' },
    mappings: { dynamic: 'strict', properties },
  },
}
