import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { z } from 'zod'
import { checkAnomalies } from './anomalies.ts'
import { definition, type DefinedField, type Definition } from './definition.ts'
import { checkDashboard } from './dashboard.ts'
import type { Dataset, Field } from './dataset.ts'
import { DefinitionError } from './errors.ts'
import { compileExpressions } from './expressions.ts'
import { resolveTrends } from './trends.ts'
import { readRules } from './values.ts'

/**
 * Reads `folder/datapackage.json`.
 * @throws DefinitionError with the file, the JSON path, what stands there and what was expected
 */
export function loadDataset(folder: string): Dataset {
  const file = join(folder, 'datapackage.json')
  const dataset = resolve(check(file, parse(file)), file, folder)
  compileExpressions(dataset)
  dataset.fields.forEach((field, i) => readRules(field, file, fieldPath(i)))
  return dataset
}

const fieldPath = (i: number) => `/resources/0/schema/fields/${i}`

/**
 * All datasets of a list of folders (each holds dataset folders), by name. Folders without a datapackage.json are
 * passed over; two datasets of one name are refused.
 */
export function loadDatasets(folders: string[]): Map<string, Dataset> {
  const found = new Map<string, Dataset>()
  for (const folder of folders.flatMap(datasetFolders)) {
    const dataset = loadDataset(folder)
    const twin = found.get(dataset.name)
    if (twin)
      throw new DefinitionError(folder, '/name', `"${dataset.name}" is already defined in ${twin.folder}`)
    found.set(dataset.name, dataset)
  }
  return found
}

function datasetFolders(parent: string): string[] {
  if (!existsSync(parent))
    throw new DefinitionError(parent, '', 'the folder does not exist; see DATASETS_DIR')
  return readdirSync(parent)
    .sort()
    .map((entry) => join(parent, entry))
    .filter((folder) => existsSync(join(folder, 'datapackage.json')))
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new DefinitionError(file, '', `is not readable JSON: ${(error as Error).message}`)
  }
}

function check(file: string, json: unknown): Definition {
  const result = definition.safeParse(json)
  if (result.success) return result.data
  throw new DefinitionError(file, ...describeIssue(result.error.issues[0]!))
}

function describeIssue(issue: z.core.$ZodIssue): [path: string, expected: string] {
  return [issue.path.map((step) => `/${String(step)}`).join(''), issue.message]
}

function resolve(raw: Definition, file: string, folder: string): Dataset {
  const { schema, dialect } = raw.resources[0]!
  const ext = raw['x-dsf']
  const fields = schema.fields.map((field) => toField(field, schema.missingValues))
  refuseClashes(file, fields, ext)
  const named = (path: string, wanted: string) => fieldNamed(fields, file, path, wanted)
  const optional = (path: string, wanted?: string) => (wanted === undefined ? undefined : named(path, wanted))
  const key = schema.primaryKey.map((wanted, i) => named(`/resources/0/schema/primaryKey/${i}`, wanted))
  const eventTime = optional('/x-dsf/eventTime', ext.eventTime)
  const dataset: Dataset = {
    name: raw.name,
    version: raw.version,
    title: raw.title ?? raw.name,
    folder,
    lanes: ext.lanes,
    fields,
    fieldsMatch: schema.fieldsMatch,
    key,
    versionField: optional('/x-dsf/version', ext.version),
    eventTime,
    typeField: optional('/x-dsf/type', ext.type),
    geo: ext.geo && {
      latitude: named('/x-dsf/geo/latitude', ext.geo.latitude),
      longitude: named('/x-dsf/geo/longitude', ext.geo.longitude),
    },
    computed: ext.computed,
    dialect: {
      delimiter: dialect.delimiter,
      quoteChar: dialect.quoteChar,
      skipInitialSpace: dialect.skipInitialSpace,
    },
    source: ext.source,
    sinks: ext.sinks,
    simulate: ext.simulate,
    retentionDays: ext.retentionDays,
    dashboard: ext.dashboard,
    trends: resolveTrends(ext.trends, eventTime, file),
    anomalies: ext.anomalies,
  }
  checkRoles(dataset, file)
  checkKey(dataset, file)
  checkDashboard(dataset, file)
  checkAnomalies(dataset, file)
  return dataset
}

function toField(raw: DefinedField, missingValues: string[]): Field {
  const { trim, case: letterCase, default: fallback, search } = raw['x-dsf']
  return {
    name: raw.name,
    column: raw.name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=[0-9])/, '_'),
    type: raw.type,
    format: raw.format ?? 'default',
    unit: raw.unit,
    title: raw.title,
    required: raw.constraints.required === true,
    constraints: raw.constraints,
    missingValues: raw.missingValues ?? missingValues,
    trueValues: raw.trueValues,
    falseValues: raw.falseValues,
    trim,
    case: letterCase,
    default: fallback,
    search,
  }
}

/** Columns of our own, and names that Elasticsearch keeps (`_id`, `_source`, …). */
const reserved = /^(dsf_.*|simulated|_[a-z].*)$/

function refuseClashes(file: string, fields: Field[], { computed, geo }: Definition['x-dsf']): void {
  const columns = [
    ...fields.map(({ column }, i) => ({ column, path: `${fieldPath(i)}/name` })),
    ...computed.map(({ name }, i) => ({ column: name, path: `/x-dsf/computed/${i}/name` })),
  ]
  const seen = new Set<string>()
  for (const { column, path } of columns) {
    if (reserved.test(column) || (geo && column === 'location'))
      throw new DefinitionError(file, path, `"${column}" is a name kept for the pipeline`)
    if (seen.has(column)) throw new DefinitionError(file, path, `two fields become the column "${column}"`)
    seen.add(column)
  }
}

function fieldNamed(fields: Field[], file: string, path: string, wanted: string): Field {
  const field = fields.find(({ name }) => name === wanted)
  if (field) return field
  const known = fields.map(({ name }) => name).join(', ')
  throw new DefinitionError(file, path, `no field is named "${wanted}"; the fields are ${known}`)
}

/** Roles that a field can only play with the right type. */
function checkRoles(dataset: Dataset, file: string): void {
  const expectType = (path: string, field: Field | undefined, ...types: string[]) => {
    if (!field || types.includes(field.type)) return
    throw new DefinitionError(
      file,
      path,
      `"${field.name}" is of type ${field.type}, expected ${types.join(' or ')}`,
    )
  }
  expectType('/x-dsf/version', dataset.versionField, 'integer', 'datetime')
  expectType('/x-dsf/eventTime', dataset.eventTime, 'date', 'datetime')
  expectType('/x-dsf/type', dataset.typeField, 'string')
  expectType('/x-dsf/geo/latitude', dataset.geo?.latitude, 'number')
  expectType('/x-dsf/geo/longitude', dataset.geo?.longitude, 'number')
  if (dataset.versionField && !dataset.versionField.required)
    throw new DefinitionError(
      file,
      '/x-dsf/version',
      `"${dataset.versionField.name}" must have constraints.required: true`,
    )
  for (const jittered of Object.keys(dataset.simulate?.jitter ?? {}))
    expectType(
      '/x-dsf/simulate/jitter',
      fieldNamed(dataset.fields, file, '/x-dsf/simulate/jitter', jittered),
      'number',
    )
  if (basename(dataset.folder) !== dataset.name)
    throw new DefinitionError(
      file,
      '/name',
      `is "${dataset.name}", expected the folder's name "${basename(dataset.folder)}"`,
    )
}

/**
 * A key is required whether or not the definition says so, and a missing one has no default: rows would take another
 * lane than the key that they then get. Nothing but the key is remembered, so nothing else can be unique.
 */
function checkKey(dataset: Dataset, file: string): void {
  dataset.fields.forEach((field, i) => {
    const isKey = dataset.key.includes(field)
    if (isKey) field.required = true
    if (isKey && field.default !== undefined)
      throw new DefinitionError(
        file,
        `${fieldPath(i)}/x-dsf/default`,
        'a field of the primary key can have no default',
      )
    if (field.constraints.unique && !(isKey && dataset.key.length === 1))
      throw new DefinitionError(
        file,
        `${fieldPath(i)}/constraints/unique`,
        'only a primary key of one field can be unique',
      )
  })
}
