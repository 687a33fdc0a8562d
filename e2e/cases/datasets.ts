/** The datasets that the cases are imported into: as few as can be, because each has its topics. */
import type { Definition } from './case.ts'

const required = { constraints: { required: true } }
const dmy = '%d/%m/%Y'

/** The largest `maxRowBytes` that a definition may have. */
export const largestRow = 1_048_576

/** One indexed as text has two names in the index. */
const wideField = (n: number) =>
  n > 900 ? { name: `f${n}`, type: 'string', 'x-dsf': { search: 'text' } } : `f${n}`

/** `columns` as the lake must name them, where they are not the fields' names; `undefined`: whatever they are. */
export const caseDatasets: (Definition & { columns?: string[] | 'any' })[] = [
  { name: 'case-healthy', fields: ['id', 'a', 'b', 'n number'] },
  { name: 'case-rows', fields: ['id', 'a', 'b', 'n number'], extension: { lanes: 2 } },
  {
    name: 'case-dialect',
    fields: ['id', 'a', 'b', 'n number'],
    dialect: { delimiter: ';', quoteChar: "'" },
  },
  {
    name: 'case-escapes',
    fields: ['id', 'a', 'b', 'n number'],
    dialect: { escapeChar: '\\' },
  },
  {
    name: 'case-row-number',
    fields: [{ name: 'row', type: 'integer', 'x-dsf': { rowNumber: true } }, 'a', 'n number'],
  },
  {
    name: 'case-spaces',
    fields: ['id', 'a', 'b', 'n number'],
    dialect: { skipInitialSpace: true },
  },
  {
    name: 'case-ratio',
    fields: ['id', 'a', 'b', 'n number'],
    extension: { source: { maxCompressionRatio: 2000 } },
  },
  {
    name: 'case-large',
    fields: ['id', 'a', 'b', 'n number'],
    extension: { source: { maxRowBytes: largestRow } },
  },
  {
    name: 'case-grown',
    fields: ['id', 'a'],
    extension: {
      source: { maxRowBytes: largestRow },
      computed: [{ name: 'five', type: 'string', expression: 'a + a + a + a + a' }],
    },
  },
  {
    name: 'case-patterns',
    fields: ['id', { name: 'code', type: 'string', constraints: { pattern: '(a+)+b' } }, 'free'],
    extension: { computed: [{ name: 'fits', type: 'boolean', expression: 'free.matches("^(a+)+b$")' }] },
  },
  {
    name: 'case-years',
    fields: ['id', 't datetime', 'd date'],
    extension: { eventTime: 't', sinks: { lake: { period: 'year' } } },
  },
  {
    name: 'case-months',
    fields: ['id', 'd date'],
    extension: { eventTime: 'd', sinks: { lake: { period: 'month' } } },
  },
  { name: 'case-days', fields: ['id', 't datetime'], extension: { eventTime: 't' } },
  {
    name: 'case-revisions',
    fields: ['id', { name: 'v', type: 'datetime', ...required }, 'val'],
    extension: { version: 'v' },
  },
  {
    name: 'case-old-revisions',
    fields: ['id', { name: 'v', type: 'datetime', ...required }, 't date', 'val'],
    extension: { version: 'v', eventTime: 't' },
  },
  {
    name: 'case-numbered',
    fields: ['id', { name: 'v', type: 'integer', ...required }, 't date', 'val'],
    extension: { version: 'v', eventTime: 't' },
  },
  {
    name: 'case-formats',
    fields: [
      'id',
      { name: 'dmy', type: 'date', format: dmy },
      { name: 'yy', type: 'date', format: '%d/%m/%y' },
      { name: 'z', type: 'datetime', format: '%Y-%m-%dT%H:%M:%S%z' },
      { name: 'any', type: 'date', format: 'any' },
    ],
  },
  {
    name: 'case-instants',
    fields: [
      'id',
      { name: 's', type: 'datetime', format: '%s' },
      { name: 'ms', type: 'datetime', format: '%Q' },
      { name: 'q', type: 'date', format: '%Y-Q%q' },
    ],
    resource: { encoding: 'shift_jis' },
  },
  {
    name: 'case-clock',
    fields: [
      'id',
      { name: 'us', type: 'datetime', format: '%m/%d/%Y %I:%M:%S %p' },
      { name: 'mon', type: 'date', format: '%d %b %Y' },
    ],
  },
  {
    name: 'case-geo',
    fields: ['id', 'lat number', 'lon number'],
    extension: { geo: { latitude: 'lat', longitude: 'lon' } },
  },
  {
    name: 'case-types',
    fields: ['id', 'k'],
    schema: { missingValues: ['NA'] },
    extension: { type: 'k' },
  },
  {
    name: 'case-own-type',
    fields: ['id', 'type'],
    schema: { missingValues: ['NA'] },
    extension: { type: 'type' },
  },
  { name: 'case-audit', fields: ['key', 'raw', 'lane'] },
  {
    name: 'case-audit-more',
    fields: [
      ...['row', 'codes', 'cells', 'outcome', 'index', 'level_0', 'folder', 'object', 'run', 'stage'],
      ...['number', 'version', 'reasons', 'values', 'columns', 'left', 'right', 'content', 'bytes', 'id'],
    ],
  },
  {
    name: 'case-columns',
    fields: [
      'id',
      { name: 'dt', type: 'string', 'x-dsf': { column: 'day_text' } },
      { name: 'dataset', type: 'string', 'x-dsf': { column: 'set_text' } },
      't datetime',
      'Ab',
      { name: 'ab', type: 'string', 'x-dsf': { column: 'ab_small' } },
      { name: '気温', type: 'number', 'x-dsf': { column: 'temperature' } },
    ],
    columns: ['id', 'day_text', 'set_text', 't', 'Ab', 'ab_small', 'temperature'],
    extension: { eventTime: 't' },
  },
  {
    name: 'case-words',
    fields: ['日付 date', '気温 number', 'Дата date', 'Ёлка', 'größe'],
    columns: 'any',
  },
  { name: 'case-wide', fields: Array.from({ length: 1100 }, (_, i) => wideField(i + 1)) },
]
