import { basename } from 'node:path'
import { checkAnomalies } from './check-anomalies.ts'
import { columnOf } from './column-name.ts'
import { checkColumns, type NamedColumn } from './check-columns.ts'
import { checkDashboard } from './check-dashboard.ts'
import { checkHttp } from './check-pages.ts'
import { checkPattern } from './check-pattern.ts'
import { fieldsInFile, type Dataset, type Field, type FieldType } from '../definition/dataset.ts'
import type { DefinedField, Definition } from '../definition/definition.ts'
import { checkDialect, dialectOf } from '../definition/dialect.ts'
import { encodingOf } from '../definition/encodings.ts'
import type { Refuse } from '../definition/errors.ts'
import { implyBounds } from './geo-bounds.ts'
import { headerTooLong } from './header-size.ts'
import { checkRowNumber } from './check-row-number.ts'
import { isStandIn } from './read-definition.ts'
import { checkExpressions, checkRules, checkSchema } from './check-rules.ts'
import { resolveTrends } from './resolve-trends.ts'

type IsWrong = (path: string) => boolean
type Extension = Definition['x-dsf']

/** Is it wrong itself, or what it stands in? */
const isBelowWrong = (path: string, isWrong: IsWrong) =>
  path.split('/').some((_, i, steps) => isWrong(steps.slice(0, i + 1).join('/')))

const keyPath = '/resources/0/schema/primaryKey'
const fieldPath = (i: number) => `/resources/0/schema/fields/${i}`

/** Resolves the names of a definition, and refuses what of it does not fit together; whole when nothing was refused. */
export function resolve(raw: Definition, folder: string, isWrong: IsWrong, refuse: Refuse): Dataset {
  const { schema } = raw.resources[0]!
  const fields = schema.fields.map((field) => toField(field, schema.missingValues))
  const find = finder(fields, isWrong, refuse)
  const dataset: Dataset = {
    ...plainWords(raw, folder),
    fields,
    key: raw['x-dsf'].key
      ? fields
      : (schema.primaryKey ?? []).flatMap((name, i) => find(`${keyPath}/${i}`, name) ?? []),
    isRowKey: raw['x-dsf'].key !== undefined,
    ...roles(raw['x-dsf'], find),
  }
  if (raw.name !== basename(folder) && !isWrong('/name'))
    refuse('/name', `is "${raw.name}", expected the folder's name "${basename(folder)}"`)
  checkColumns(namedColumns(dataset, schema.fields), dataset, refuse)
  checkWhichKey(raw, isWrong, refuse)
  checkHttp(raw, isWrong, refuse)
  checkPattern(raw, isWrong, refuse)
  checkKey(dataset, refuse)
  checkRowNumber(dataset, schema.fields, refuse)
  checkHeader(dataset, isWrong, refuse)
  checkRoles(dataset, raw['x-dsf'], find, refuse)
  fields.forEach((field, i) => {
    if (!isWrong(fieldPath(i)) && !isWrong(`${fieldPath(i)}/type`)) checkRules(field, fieldPath(i), refuse)
  })
  const isTyped = (i: number) => !['', '/name', '/type'].some((word) => isWrong(fieldPath(i) + word))
  // with a wrong type somewhere, whatever depends on types would be told twice
  if (fields.every((_, i) => isTyped(i))) checkWhatIsTyped(dataset, raw['x-dsf'], refuse)
  return dataset
}

/** What is taken as it stands. */
function plainWords({ name, version, title = name, resources, 'x-dsf': ext }: Definition, folder: string) {
  const { schema, dialect, compression, innerpath, encoding } = resources[0]!
  const { lanes, computed, source, reading, sinks, simulate, retentionDays, dashboard, anomalies } = ext
  return {
    ...{
      name,
      version,
      title,
      folder,
      lanes,
      computed,
      source,
      sinks,
      simulate,
      retentionDays,
      dashboard,
      anomalies,
    },
    fieldsMatch: schema.fieldsMatch,
    ...{ compression, innerpath, encoding: encodingOf(encoding)! },
    ...{ dialect: dialectOf(dialect), reading },
  }
}

function roles(ext: Extension, find: Find) {
  return {
    versionField: find('/x-dsf/version', ext.version, ['integer', 'datetime']),
    eventTime: find('/x-dsf/eventTime', ext.eventTime, ['date', 'datetime']),
    typeField: find('/x-dsf/type', ext.type, ['string']),
    geo: ext.geo && placeOf(ext.geo, find),
  }
}

function checkRoles(dataset: Dataset, ext: Extension, find: Find, refuse: Refuse): void {
  const { versionField, eventTime, geo, fields } = dataset
  if (versionField?.required === false)
    refuse('/x-dsf/version', `"${versionField.name}" must have constraints.required: true`)
  checkSimulate(dataset, find, refuse)
  if (geo) implyBounds(geo, (field) => fieldPath(fields.indexOf(field)), refuse)
  // what is wrong with the event time is said already
  if (eventTime || !ext.eventTime) dataset.trends = resolveTrends(ext.trends, eventTime, refuse)
}

function checkSimulate({ simulate, key }: Dataset, find: Find, refuse: Refuse): void {
  if (!simulate) return
  if (!key.some(({ type }) => type === 'string'))
    refuse(
      '/x-dsf/simulate',
      'expected a string in the primary key, by which a simulated row is told from a measured one',
    )
  for (const name of Object.keys(simulate.jitter)) find(`/x-dsf/simulate/jitter/${name}`, name, ['number'])
}

function checkWhatIsTyped(dataset: Dataset, ext: Extension, refuse: Refuse): void {
  checkDashboard(dataset, { place: ext.geo !== undefined, time: ext.eventTime !== undefined }, refuse)
  checkAnomalies(dataset, refuse)
  checkExpressions(dataset, refuse)
  checkSchema(dataset, refuse)
}

function checkHeader(dataset: Dataset, isWrong: IsWrong, refuse: Refuse): void {
  if (!isBelowWrong('/resources/0/dialect', isWrong)) checkDialect(dataset.dialect, refuse)
  checkPlaces(dataset, refuse)
  const path = '/x-dsf/source/maxRowBytes'
  const problem = isBelowWrong(path, isWrong) ? undefined : headerTooLong(dataset)
  if (problem) refuse(path, problem)
}

/** What is not told by its name is told by its place, which only one policy keeps. */
function checkPlaces(dataset: Dataset, refuse: Refuse): void {
  const { fieldsMatch, dialect } = dataset
  const path = '/resources/0/schema/fieldsMatch'
  if (fieldsMatch === 'exact') return
  if (!dialect.header) return refuse(path, 'expected "exact", because the file has no header')
  const headers = new Set<string>()
  const repeated = fieldsInFile(dataset).find(
    ({ header, name }) => !isStandIn(name) && headers.size === headers.add(header).size,
  )
  if (repeated)
    refuse(path, `expected "exact", because two fields are "${repeated.header}" in the file's header`)
}

function toField(raw: DefinedField, missingValues: string[]): Field {
  const {
    trim,
    case: letterCase,
    default: fallback,
    search,
    column,
    header,
    locale,
    zone,
    oddHours,
    rowNumber,
  } = raw['x-dsf']
  return {
    name: raw.name,
    header: header ?? raw.name,
    column: column ?? columnOf(raw.name),
    type: raw.type,
    format: raw.format ?? 'default',
    unit: raw.unit,
    title: raw.title,
    required: raw.constraints.required === true,
    rowNumber,
    constraints: raw.constraints,
    missingValues: raw.missingValues ?? missingValues,
    decimalChar: raw.decimalChar,
    groupChar: raw.groupChar,
    bareNumber: raw.bareNumber === false ? false : undefined,
    trueValues: raw.trueValues,
    falseValues: raw.falseValues,
    trim,
    case: letterCase,
    default: fallback,
    search,
    ...{ locale, zone, oddHours },
  }
}

type Find = (path: string, wanted: string | undefined, types?: FieldType[]) => Field | undefined

/** Finds the field that is named at a path, of one of the types that it needs there. */
function finder(fields: Field[], isWrong: IsWrong, refuse: Refuse): Find {
  const areNamed = fields.every(({ name }) => !isStandIn(name))
  return (path, wanted, types) => {
    if (wanted === undefined || (isStandIn(wanted) && isBelowWrong(path, isWrong))) return undefined
    const at = fields.findIndex(({ name }) => name === wanted)
    const field = fields[at]
    if (!field) {
      if (areNamed) refuse(path, `no field is named "${wanted}"; ${known(fields)}`)
      return undefined
    }
    if (!types || types.includes(field.type) || isWrong(`${fieldPath(at)}/type`)) return field
    refuse(path, `"${field.name}" is of type ${field.type}, expected ${types.join(' or ')}`)
    return undefined
  }
}

function known(fields: Field[]): string {
  const names = fields.slice(0, 30).map(({ name }) => name)
  return `the fields are ${names.join(', ')}${fields.length > names.length ? ', …' : ''}`
}

function placeOf(geo: NonNullable<Extension['geo']>, find: Find): Dataset['geo'] {
  const latitude = find('/x-dsf/geo/latitude', geo.latitude, ['number'])
  const longitude = find('/x-dsf/geo/longitude', geo.longitude, ['number'])
  return latitude && longitude && { latitude, longitude }
}

function namedColumns({ fields, computed }: Dataset, authored: DefinedField[]): NamedColumn[] {
  const ofFields = fields.map(({ name, column }, i) => ({
    column,
    header: { name, path: `${fieldPath(i)}/name` },
    ...(authored[i]!['x-dsf'].column === undefined
      ? { path: `${fieldPath(i)}/name`, wayOut: 'give it a column of another name with x-dsf.column' }
      : { path: `${fieldPath(i)}/x-dsf/column`, wayOut: 'choose another one' }),
  }))
  const ofComputed = computed.map(({ name }, i) => ({
    ...{ column: name, path: `/x-dsf/computed/${i}/name` },
    wayOut: 'choose another one',
  }))
  return [...ofFields.filter(({ header }) => !isStandIn(header.name)), ...ofComputed]
}

/** One of the two ways to say what a row is. */
function checkWhichKey({ resources, 'x-dsf': { key } }: Definition, isWrong: IsWrong, refuse: Refuse): void {
  const { primaryKey } = resources[0]!.schema
  if (primaryKey && key) refuse('/x-dsf/key', 'expected none beside a primaryKey: take one of them out')
  if (!primaryKey && !key && !isBelowWrong(keyPath, isWrong) && !isWrong('/x-dsf/key'))
    refuse(
      keyPath,
      'expected the name of a field, or a list of them; where no field tells the rows apart, take x-dsf.key: "row"',
    )
}

/**
 * A key is required whether or not the definition says so, and a missing one has no default: rows would take another
 * lane than the key that they then get. Nothing but the key is remembered, so nothing else can be unique.
 */
function checkKey({ fields, key, isRowKey }: Dataset, refuse: Refuse): void {
  fields.forEach((field, i) => {
    const isKey = !isRowKey && key.includes(field)
    if (isKey) field.required = true
    if (isKey && field.default !== undefined)
      refuse(`${fieldPath(i)}/x-dsf/default`, 'a field of the primary key can have no default')
    if (field.constraints.unique && !(isKey && key.length === 1))
      refuse(`${fieldPath(i)}/constraints/unique`, 'only a primary key of one field can be unique')
  })
}
