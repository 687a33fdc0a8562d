/** Definitions that cannot be used. Each lies beside the good ones, and may cost nobody but its own dataset anything. */
import { packageOf, type Definition } from './case.ts'

interface Refused extends Definition {
  /** what is wrong */
  what: string
  /** what its errors must say, all of it at once */
  says: RegExp[]
}

const wayOut = /x-dsf\.column/
const hidden: Refused[] = [
  {
    ...{ name: 'refused-folders', what: '48 columns hidden by folders', extension: { eventTime: 't' } },
    ...{ fields: ['id', 'dt', 'dataset', 't datetime'], says: [wayOut, /"dt"/, /"dataset"/, /fields\/[12]/] },
  },
  {
    ...{ name: 'refused-capitals', what: '48 a column hidden for readers that ignore case' },
    ...{ fields: ['id', 'Dataset'], says: [wayOut, /"Dataset"/, /fields\/1/] },
  },
  {
    ...{ name: 'refused-type-folder', what: '48 a column hidden by the folder of another' },
    ...{ fields: ['id', 'type', 'kind'], extension: { type: 'kind' }, says: [wayOut, /"type"/] },
  },
  {
    ...{ name: 'refused-computed-folder', what: '48 a computed field hidden by a folder' },
    fields: ['id', 't datetime'],
    extension: { eventTime: 't', computed: [{ name: 'dt', type: 'string', expression: 'id' }] },
    says: [/computed\/0/, /"dt"/],
  },
  {
    ...{ name: 'refused-day', what: '48 a day that pyarrow would read as two types' },
    fields: ['id', 'dt date'],
    extension: { eventTime: 'dt' },
    says: [wayOut, /fields\/1/, /"dt"/],
  },
  {
    ...{ name: 'refused-column-kept', what: '48 a chosen column with a name of the pipeline' },
    fields: ['id', { name: 'b', type: 'string', 'x-dsf': { column: 'dsf_run' } }],
    says: [/fields\/1/, /"dsf_run"/],
  },
]

const alike: Refused[] = [
  {
    ...{ name: 'refused-twice', what: '35 a field that is named twice, with a column of its own' },
    fields: ['id', 'a', { name: 'a', type: 'string', 'x-dsf': { column: 'b' } }],
    says: [/fields\/2\/name/, /"a"/, /x-dsf\.header/],
  },
  {
    ...{ name: 'refused-cases', what: '35 columns that differ in case' },
    ...{ fields: ['id', 'Ab', 'ab'], says: [wayOut, /"ab"/i, /fields\/2/] },
  },
  {
    ...{ name: 'refused-computed-cases', what: '35 a computed field that differs from a column in case' },
    fields: ['id', 'Ab'],
    extension: { computed: [{ name: 'aB', type: 'string', expression: 'Ab' }] },
    says: [/computed\/0/, /"aB"/],
  },
  {
    ...{ name: 'refused-column-cases', what: '35 a chosen column that differs from another in case' },
    fields: ['id', 'a', { name: 'b', type: 'string', 'x-dsf': { column: 'A' } }],
    says: [/fields\/2/, /"A"/],
  },
]

const limits: Refused[] = [
  {
    ...{ name: 'refused-header', what: '60 a header longer than a row', fields: ['id', 's'.repeat(200)] },
    ...{ extension: { source: { maxRowBytes: 200 } }, says: [/maxRowBytes/, /203/, /200/] },
  },
  {
    ...{ name: 'refused-big', what: '60 rows larger than a topic takes', fields: ['id', 's'] },
    extension: { source: { maxRowBytes: 10_000_000 } },
    says: [/maxRowBytes/, /10000000|10,000,000/, /at most|limit|largest|up to|<=/],
  },
  {
    ...{ name: 'refused-ratio', what: '62 a ratio that lets nothing through', fields: ['id'] },
    ...{ extension: { source: { maxCompressionRatio: 0 } }, says: [/maxCompressionRatio/] },
  },
]

const words: Refused[] = [
  {
    ...{ name: 'refused-strayed', what: 'a word of the schema in the resource, with a letter wrong' },
    ...{ fields: ['id', 'a'], resource: { missingvalues: ['NA'] }, says: [/missingvalues/, /missingValues/] },
  },
  {
    ...{ name: 'refused-token', what: 'a token that would be true and false' },
    fields: ['id', { name: 'b', type: 'boolean', trueValues: ['0'] }],
    says: [/fields\/1\/trueValues/, /"0"/, /falseValues/],
  },
  {
    ...{ name: 'refused-compression', what: 'a compression that nobody reads', fields: ['id'] },
    ...{ resource: { compression: 'lzma' }, says: [/resources\/0/, /compression/] },
  },
  {
    ...{ name: 'refused-format', what: 'a format that nobody reads', fields: ['id'] },
    ...{ resource: { format: 'xlsx' }, says: [/resources\/0/, /format/] },
  },
  {
    ...{ name: 'refused-typo', what: 'a type with a letter wrong' },
    ...{ fields: ['id', { name: 'n', tpye: 'integer' }], says: [/fields\/1/, /tpye|type/] },
  },
  {
    ...{ name: 'refused-dialect-key', what: 'a delimiter with a letter wrong', fields: ['id', 'a'] },
    ...{ dialect: { delimeter: ';' }, says: [/dialect/, /delimeter/] },
  },
  {
    ...{ name: 'refused-schema-key', what: 'missing values with a letter wrong', fields: ['id', 'a'] },
    ...{ schema: { missingvalues: ['NA'] }, says: [/schema/, /missingvalues/] },
  },
  {
    ...{ name: 'refused-field-key', what: 'a format with a letter wrong' },
    ...{ fields: ['id', { name: 'd', type: 'date', formt: '%d/%m/%Y' }], says: [/fields\/1/, /formt/] },
  },
  {
    ...{ name: 'refused-many', what: 'several errors, all told at once', fields: ['id', 'n integer'] },
    ...{
      extension: { lanes: 0, version: 7, retentionDays: -1 },
      says: [/lanes/, /version/, /retentionDays/],
    },
  },
  {
    ...{ name: 'refused-pattern', what: 'a pattern that takes no linear time' },
    fields: ['id', { name: 'a', type: 'string', constraints: { pattern: '(a)\\1' } }],
    says: [/fields\/1\/constraints\/pattern/],
  },
  {
    ...{ name: 'refused-clock', what: '27 twelve hours without a half of the day' },
    fields: ['id', { name: 't', type: 'datetime', format: '%Y-%m-%d %I:%M' }],
    says: [/fields\/1\/format/, /%I|%p/],
  },
]

/** With the content of their datapackage.json. */
export const refusedDefinitions = [
  ...[...hidden, ...alike, ...limits, ...words].map((one) => ({
    ...one,
    json: JSON.stringify(packageOf(one)),
  })),
  { name: 'refused-json', what: 'what is no JSON', json: '{ "name": "refused-json", ', says: [/JSON/] },
]
