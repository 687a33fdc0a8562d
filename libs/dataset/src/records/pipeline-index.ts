import { own, ownOrNull, without, type Column } from './columns.ts'
import { counterNames, formerCounter } from './counters.ts'
import { ownTemplate, properties, type IndexTemplate } from './index-template.ts'
import { profileColumns } from './tables.ts'

/** Alias of the documents about the pipeline itself, and its first index, whose name Elasticsearch can roll over. */
export const pipelineIndex = 'dsf-pipeline'
export const firstPipelineIndex = `${pipelineIndex}-000001`

const ofAll = [
  own('kind', 'string'),
  own('dataset', 'string', { title: 'Dataset' }),
  ownOrNull('run', 'string', { title: 'Run' }),
]
const capitalised = (word: string) => word[0]!.toUpperCase() + word.slice(1)

/**
 * Documents in `dsf-pipeline`, of four kinds:
 *
 * - `run`: a finished run with its counters, and ms from request to end; one of the first releases has `indexed` for `created` and `replaced`;
 *   one whose file was that of a run before has `unchanged_since` instead of counters; one that brought refused rows again has `replay`;
 *   `findings` say how its header changed, and how many rows and lines its definition let pass;
 * - `stage`: ms that a run took from the receipt of the stage before to the one of this stage, in its slowest lane;
 * - `reject`: rows of a run that were refused for a reason;
 * - `lag`: records of a topic that a stage had not committed at a time.
 */
export const pipelineColumns: readonly Column[] = [
  own('@timestamp', 'datetime', { title: 'End' }),
  ...ofAll,
  ownOrNull('state', 'string', { title: 'State' }),
  ownOrNull('reason', 'string', { title: 'Reason' }),
  ownOrNull('unchanged_since', 'string', { title: 'Unchanged since' }),
  ownOrNull('replay', 'boolean', { title: 'Replay' }),
  ownOrNull('findings', 'string', { title: 'Findings' }),
  ...counterNames.map((name) => ownOrNull(name, 'integer', { title: capitalised(name) })),
  ownOrNull(formerCounter, 'integer'),
  ownOrNull('duration_ms', 'integer', { title: 'Duration', unit: 'ms' }),
  ownOrNull('stage', 'string', { title: 'Stage' }),
  ownOrNull('code', 'string', { title: 'Reason code' }),
  ownOrNull('topic', 'string', { title: 'Topic' }),
  ownOrNull('rows', 'integer', { title: 'Rows' }),
  ownOrNull('records', 'integer', { title: 'Records waiting' }),
]

/**
 * Documents of a fifth kind, `profile`, in the same index: the columns of the table, its moment as the time. Rows of a run
 * may come as several, whose `rows` and `nulls` can be added.
 */
export const profileDocumentColumns: readonly Column[] = [
  own('@timestamp', 'datetime', { title: 'Arrival' }),
  ...ofAll,
  ...without(profileColumns, 'dsf_run', 'dsf_version', 'at'),
]

/** Every column of the index. */
export const pipelineIndexColumns: readonly Column[] = [
  ...pipelineColumns,
  ...without(profileDocumentColumns, ...pipelineColumns.map(({ name }) => name)),
]

/** Index template body for `PUT _index_template/dsf-pipeline`. */
export const pipelineTemplate: IndexTemplate = ownTemplate(pipelineIndex, {
  ...properties(pipelineIndexColumns),
  // as the first releases mapped it: Elasticsearch changes no format of a field that is there
  '@timestamp': { type: 'date' },
})
