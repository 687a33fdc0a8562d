import { z } from 'zod'
import { definition } from '../definition/definition.ts'
import { places } from './unknown-words.ts'

interface Shape extends Record<string, unknown> {
  properties: Record<string, Shape>
  items: Shape
}

/**
 * What a definition may look like: words, types, bounds and defaults. Python reads definitions by it, so that nothing of this
 * is said there again; what belongs together in a definition each side checks for itself, and
 * `vectors/definitions.json` is the judge. It is JSON Schema, but that patterns stand in a list with what they expect, an
 * `expected` is what to tell of the whole value, and `open` says which other words an object may hold.
 */
export function definitionShape(): object {
  const { $schema: _, ...shape } = z.toJSONSchema(definition, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => describe((zodSchema as unknown as Checked)._zod.def, jsonSchema),
  }) as unknown as Shape
  const resource = shape.properties['resources']!.items
  const { dialect, schema } = resource.properties
  const field = schema!.properties['fields']!.items
  const open = { package: shape, resource, dialect, schema, field }
  for (const [name, at] of Object.entries(open))
    at!['open'] = { ...places[name as keyof typeof open], known: undefined }
  return shape
}

/** What zod knows of a schema, as far as it is looked at. */
interface Checked {
  _zod: { def: Check & { checks?: { _zod: { def: Check } }[] } }
}
interface Check {
  pattern?: RegExp
  error?: (issue: object) => unknown
}

function describe({ checks = [], error }: Checked['_zod']['def'], json: object): void {
  const patterns = checks.flatMap(({ _zod: { def } }) =>
    def.pattern ? [{ pattern: portable(def.pattern), expected: def.error?.({}) }] : [],
  )
  if (patterns.length > 0) Object.assign(json, { patterns, pattern: undefined, allOf: undefined })
  Object.assign(json, { description: undefined, ...(error ? { expected: error({}) } : {}) })
}

/** A flag stands inside, and the end is the very end: in Python `$` stands before a last line feed too. */
const portable = ({ source, flags }: RegExp): string => {
  const text = source.replace(/\$(?=\)*$)/, '\\Z')
  return flags.includes('i') ? `(?i:${text})` : text
}
