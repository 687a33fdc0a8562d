export { datedAddresses } from './definition/source-dates.ts'
export { isKeyedByRowNumber } from './loading/check-row-number.ts'
export { isPattern } from './definition/source-pattern.ts'
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
} from './loading/load.ts'
export { largestBatch, largestRow } from './definition/limits.ts'
export { fieldsInFile, type Dataset, type Field, type FieldType } from './definition/dataset.ts'
export { datasetName, type ComputedField } from './definition/definition.ts'
export { definitionShape } from './loading/definition-shape.ts'
export type { DashboardDefinition, PanelDefinition } from './definition/dashboard.ts'
export { encodingOf, isMultiByte } from './definition/encodings.ts'
export { DefinitionError } from './definition/errors.ts'
export { boundOf } from './cells/bounds.ts'
export { keyReader, laneOf, murmur2, recordKey } from './cells/lane.ts'
export {
  isChangelog,
  topicKinds,
  partitionsOf,
  topicName,
  topicSettings,
  topicsOf,
  type TopicKind,
  type TopicSpec,
} from './records/topics.ts'
export { renamedColumns } from './records/renamed-columns.ts'
export { landingKey, noValue, objectKey, pathSegment, type ObjectName } from './records/object-key.ts'
export { shorten } from './cells/shorten.ts'
export { isLikeTwin, twinOf } from './cells/twin.ts'
export { isProblem, type Problem, type Row, type Value } from './cells/problems.ts'
export { fractionReader, keyRules, readRules, type CellReader } from './cells/values.ts'
export { compileExpressions, type CompiledField } from './computing/expressions.ts'
export {
  cleanColumns,
  enrichedColumns,
  rawColumns,
  rowDocumentColumns,
  without,
  type Column,
  type DocumentColumn,
} from './records/columns.ts'
export { profileColumns, trendsColumns } from './records/tables.ts'
export { topicSchemas } from './records/avro.ts'
export type { AvroField, AvroSchema } from './records/avro-record.ts'
export { receiptSchema } from './records/avro-runs.ts'
export {
  addCounters,
  brokenSums,
  counterNames,
  formerCounter,
  type CounterName,
  type Counters,
} from './records/counters.ts'
export { fieldLimit, indexTemplate, type IndexTemplate } from './records/index-template.ts'
export {
  firstPipelineIndex,
  pipelineColumns,
  pipelineIndex,
  pipelineIndexColumns,
  pipelineTemplate,
  profileDocumentColumns,
} from './records/pipeline-index.ts'
export {
  firstTrendsIndex,
  trendsDocumentColumns,
  trendsIndex,
  trendsTemplate,
} from './records/trends-index.ts'
export { trendFields } from './loading/resolve-trends.ts'
export { recordShape } from './records/record-shape.ts'
export { isoDate, isoDatetime } from './times/iso.ts'
export { timeNames } from './times/time-names.ts'
export type { Reading, Tolerance } from './definition/reading.ts'
export { resolvedForm } from './loading/resolved-form.ts'
export {
  asJson,
  quarantined,
  type Original,
  type Provenance,
  type Quarantined,
  type Reason,
} from './records/quarantined.ts'
export { flow, readers, routesFrom, type StageName, type Way } from './flow/flow.ts'
export { indexPrefixPattern, namesOf, prefixPattern, type Names } from './flow/names.ts'
export { bucketPolicy } from './flow/object-rights.ts'
export { programs, type Program, type Scope } from './flow/programs.ts'
export { rightsOf, topicRights, type KafkaRight } from './flow/rights.ts'
