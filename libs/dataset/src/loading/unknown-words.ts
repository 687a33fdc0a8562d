import { definition } from '../definition/definition.ts'
import type { Refuse } from '../definition/errors.ts'
import { wordProblem, type OpenObject } from './words.ts'

const [resource, dialect, schema, field, constraints, extension] = [
  ['resources', 0],
  ['resources', 0, 'dialect'],
  ['resources', 0, 'schema'],
  ['resources', 0, 'schema', 'fields', 0],
  ['resources', 0, 'schema', 'fields', 0, 'constraints'],
  ['x-dsf'],
].map(wordsAt) as [string[], string[], string[], string[], string[], string[]]
const everywhere = [...resource, ...dialect, ...schema, ...field, ...constraints, ...extension]

/** The objects of the standard that are open, by what they are. */
export const places: Record<'package' | 'resource' | 'dialect' | 'schema' | 'field', OpenObject> = {
  package: {
    known: wordsAt([]),
    harmless: 'id profile $schema homepage created contributors keywords image licenses sources',
    unread: '',
    elsewhere: everywhere,
    closed: false,
  },
  resource: {
    known: resource,
    harmless: '$schema title description profile homepage sources licenses bytes hash scheme hashing stats',
    unread: 'data charset extrapaths control layout',
    elsewhere: everywhere,
    closed: false,
  },
  dialect: {
    known: dialect,
    harmless: '$schema name title description csvddfVersion',
    unread: 'nullSequence property itemType itemKeys sheetNumber sheetName table',
    closed: true,
  },
  schema: {
    known: schema,
    harmless: '$schema name title description',
    unread: 'uniqueKeys foreignKeys',
    closed: true,
  },
  field: {
    known: field,
    harmless: 'example examples rdfType comment comments notes categoriesOrdered',
    unread: 'categories delimiter itemType currency geojson',
    closed: true,
  },
}

/** Refuses the words of the open objects that cannot be passed over: a typo, and what would change the data. */
export function checkWords(json: unknown, refuse: Refuse): void {
  const root = json as Json
  const first = at(at(root, 'resources'), 0)
  const table = at(first, 'schema')
  check(root, '', places.package, refuse)
  check(first, '/resources/0', places.resource, refuse)
  check(at(first, 'dialect'), '/resources/0/dialect', places.dialect, refuse)
  check(table, '/resources/0/schema', places.schema, refuse)
  const fields = at(table, 'fields')
  if (Array.isArray(fields))
    fields.forEach((one: Json, i) => check(one, `/resources/0/schema/fields/${i}`, places.field, refuse))
}

type Json = Record<string | number, unknown> | null | undefined

const at = (json: Json, key: string | number) => json?.[key] as Json

function check(json: Json, path: string, place: OpenObject, refuse: Refuse): void {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return
  for (const word of Object.keys(json)) {
    const problem = wordProblem(word, place)
    if (problem) refuse(`${path}/${word}`, problem)
  }
}

/** The words that the zod schema has for the object at a path; none where it is no object. */
export function wordsAt(path: readonly PropertyKey[]): string[] {
  let schema: Described | undefined = bare(definition)
  for (const step of path)
    schema = schema && bare(schema.def.element ?? schema.def.valueType ?? schema.def.shape?.[String(step)])
  return Object.keys(schema?.def.shape ?? {})
}

/** What of zod's description of a schema is looked at. */
interface Described {
  def: {
    type: string
    innerType?: Described
    in?: Described
    element?: Described
    valueType?: Described
    shape?: Record<string, Described>
  }
}

function bare(schema: unknown): Described | undefined {
  let inner = schema as Described | undefined
  for (let next = inner; next; next = next.def.innerType) inner = next
  return inner
}
