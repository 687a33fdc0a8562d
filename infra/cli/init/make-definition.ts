/** The definition that says what was found, as short as it can be. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DefinitionError, loadDataset, type Reading } from '@dsf/dataset'
import type { Roles } from './find-roles.ts'
import type { Column } from './column.ts'
import type { Dialect } from './scan-rows.ts'
import { missingOf } from './field-of.ts'

export interface Found {
  name: string
  title: string
  url?: string
  /** where the file does not say it itself */
  encoding?: string
  /** where it is CR alone */
  lineTerminator?: '\r'
  dialect: Dialect
  reading: Reading
  columns: Column[]
  hasHeader: boolean
  /** none when the whole row is the key */
  key: Column[]
  roles: Roles
}

interface FieldJson {
  name: string
  'x-dsf'?: Record<string, string>
  [word: string]: unknown
}

/** @throws Error for what cannot be said of this file, without the place where that was tried */
export function makeDefinition(found: Found): object {
  const fields = found.columns.map((column) => fieldJson(column, found.roles))
  // a round for the names that are kept or equal, and one more for those that the first one made equal
  for (let round = 0; ; round++) {
    const definition = definitionJson(found, fields)
    const problem = problemOf(found.name, definition)
    if (!problem) return definition
    const named = problem.problems.map(({ path }) => columnPath.exec(path)?.[1])
    if (round === 2 || named.includes(undefined)) throw new Error(problem.sentences.join('\n'))
    for (const i of named.map(Number))
      fields[i]!['x-dsf'] = { ...fields[i]!['x-dsf'], column: otherColumn(i, fields[i]!) }
  }
}

const columnPath = /\/fields\/(\d+)\/(?:name|x-dsf\/column)$/
const otherColumn = (i: number, { name }: FieldJson) => `f${i + 1}_${name.replace(/[^A-Za-z0-9]+/g, '_')}`

/** The loader decides, on a folder of its own. */
function problemOf(name: string, definition: object): DefinitionError | undefined {
  const parent = mkdtempSync(join(tmpdir(), 'dsf-init-'))
  try {
    mkdirSync(join(parent, name))
    writeFileSync(join(parent, name, 'datapackage.json'), JSON.stringify(definition))
    loadDataset(join(parent, name))
    return undefined
  } catch (error) {
    if (error instanceof DefinitionError) return error
    throw error
  } finally {
    rmSync(parent, { recursive: true })
  }
}

function fieldJson(column: Column, { version, geo }: Roles): FieldJson {
  const { name, type, format, missing, emptyIsValue, tokens, marks } = column
  const extension = extensionOf(column)
  const isPlace = geo && [geo.latitude, geo.longitude].includes(column)
  return {
    name,
    type: isPlace ? 'number' : type,
    ...(format && format !== 'default' ? { format } : {}),
    ...(missing.length > 0 || emptyIsValue ? { missingValues: missingOf(column) } : {}),
    ...tokens,
    ...marks,
    ...(version === column ? { constraints: { required: true } } : {}),
    ...(extension.length > 0 ? { 'x-dsf': Object.fromEntries(extension) } : {}),
  }
}

const extensionOf = ({ header, locale, isProse }: Column): [string, string][] => [
  ...(header === undefined ? [] : [['header', header] as [string, string]]),
  ...(locale === undefined ? [] : [['locale', locale] as [string, string]]),
  ...(isProse ? [['search', 'text'] as [string, string]] : []),
]

function definitionJson(found: Found, fields: FieldJson[]) {
  const { name, title, encoding, key } = found
  const [first, ...more] = key.map((column) => column.name)
  const schema = {
    ...(first === undefined ? {} : { primaryKey: more.length === 0 ? first : [first, ...more] }),
    fields,
  }
  const said = encoding ? { encoding } : {}
  const resource = { name, path: 'sample.csv', ...said, ...dialectJson(found), schema }
  return { name, title, resources: [resource], 'x-dsf': extensionJson(found) }
}

function extensionJson({
  url,
  dialect: { maxRowBytes },
  key,
  reading,
  roles: { eventTime, version, type, geo, period },
}: Found) {
  return {
    ...(url || maxRowBytes ? { source: { url, maxRowBytes } } : {}),
    ...(Object.keys(reading).length > 0 ? { reading } : {}),
    ...(key.length > 0 ? {} : { key: 'row' }),
    ...(version ? { version: version.name } : {}),
    ...(eventTime ? { eventTime: eventTime.name } : {}),
    ...(type ? { type: type.name } : {}),
    ...(geo ? { geo: { latitude: geo.latitude.name, longitude: geo.longitude.name } } : {}),
    ...(period ? { sinks: { lake: { period } } } : {}),
  }
}

// eslint-disable-next-line complexity -- a line for each word
function dialectJson({ dialect: said, hasHeader, lineTerminator }: Found) {
  const { delimiter, quoteChar, escapeChar, skipInitialSpace, headerRows, commentRows, commentChar } = said
  const dialect = {
    ...(hasHeader ? {} : { header: false }),
    ...(delimiter === ',' ? {} : { delimiter }),
    ...(quoteChar === '"' ? {} : { quoteChar }),
    ...(escapeChar === undefined ? {} : { escapeChar }),
    ...(skipInitialSpace ? { skipInitialSpace } : {}),
    ...(headerRows ? { headerRows } : {}),
    ...(commentRows && commentRows.length > 0 ? { commentRows } : {}),
    ...(commentChar === undefined ? {} : { commentChar }),
    ...(lineTerminator ? { lineTerminator } : {}),
  }
  return Object.keys(dialect).length > 0 ? { dialect } : {}
}

/** As a person would write it: a line for each field. */
export function definitionText(definition: object): string {
  const inLine = (json: unknown) => JSON.stringify(json, null, 1).replace(/\n */g, ' ')
  const isField = (value: unknown): value is FieldJson =>
    typeof value === 'object' && value !== null && 'type' in value
  const lines: string[] = []
  const marked = JSON.stringify(
    definition,
    (word, value: unknown) =>
      /^\d+$/.test(word) && isField(value) ? `\0${lines.push(inLine(value)) - 1}` : value,
    2,
  )
  return `${marked.replace(/"\\u0000(\d+)"/g, (_, i: string) => lines[Number(i)]!)}\n`
}
