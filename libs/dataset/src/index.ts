export { datedAddresses } from './source-dates.ts'
export {
  byName,
  datasetFolders,
  loadDataset,
  loadDatasets,
  loadFolder,
  requireDatasets,
  type Datasets,
  type Loaded,
  type RefusedDataset,
} from './load.ts'
export { largestBatch, largestRow } from './limits.ts'
export type { Dataset, Field, FieldType } from './dataset.ts'
export { datasetName, type ComputedField } from './definition.ts'
export { definitionShape } from './definition-shape.ts'
export type { DashboardDefinition, PanelDefinition } from './dashboard.ts'
export { encodingOf } from './encodings.ts'
export { DefinitionError } from './errors.ts'
export { keyReader, laneOf, murmur2, recordKey } from './lane.ts'
export {
  isChangelog,
  topicKinds,
  partitionsOf,
  topicName,
  topicSettings,
  topicsOf,
  type TopicKind,
  type TopicSpec,
} from './topics.ts'
export { landingKey, noValue, objectKey, pathSegment, type ObjectName } from './object-key.ts'
export { isProblem, type Problem, type Row, type Value } from './problems.ts'
export { fractionReader, keyRules, readRules, type CellReader } from './values.ts'
export { compileExpressions, type CompiledField } from './expressions.ts'
export {
  cleanColumns,
  enrichedColumns,
  rawColumns,
  rowDocumentColumns,
  without,
  type Column,
  type DocumentColumn,
} from './columns.ts'
export { profileColumns, trendsColumns } from './tables.ts'
export { topicSchemas } from './avro.ts'
export type { AvroField, AvroSchema } from './avro-record.ts'
export { receiptSchema } from './avro-runs.ts'
export {
  addCounters,
  brokenSums,
  counterNames,
  formerCounter,
  type CounterName,
  type Counters,
} from './counters.ts'
export { fieldLimit, indexTemplate, type IndexTemplate } from './index-template.ts'
export {
  firstPipelineIndex,
  pipelineColumns,
  pipelineIndex,
  pipelineIndexColumns,
  pipelineTemplate,
  profileDocumentColumns,
} from './pipeline-index.ts'
export { firstTrendsIndex, trendsDocumentColumns, trendsIndex, trendsTemplate } from './trends-index.ts'
export { trendFields } from './resolve-trends.ts'
export { recordShape } from './record-shape.ts'
export { timeNames } from './time-names.ts'
export type { Reading, Tolerance } from './reading.ts'
export { resolvedForm } from './resolved-form.ts'
export {
  asJson,
  quarantined,
  type Original,
  type Provenance,
  type Quarantined,
  type Reason,
} from './quarantined.ts'
export { flow, readers, routesFrom, type StageName, type Way } from './flow.ts'
export { indexPrefixPattern, namesOf, prefixPattern, type Names } from './names.ts'
export { bucketPolicy } from './object-rights.ts'
export { programs, type Program, type Scope } from './programs.ts'
export { rightsOf, topicRights, type KafkaRight } from './rights.ts'
