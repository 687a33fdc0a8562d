/**
 * Saved objects as Kibana exports them: the types that we write, with no key that we do not. Kibana takes objects of its own version and
 * older ones: a dashboard of 10.2.0 came with 8.14 (elastic/kibana#174714).
 */
export interface Reference {
  type: string
  id: string
  name: string
}

export interface SavedObject {
  id: string
  type: 'index-pattern' | 'map' | 'dashboard'
  attributes: Record<string, unknown>
  references: Reference[]
  coreMigrationVersion: '8.8.0'
  typeMigrationVersion: string
  managed: false
}

const migrations = { 'index-pattern': '8.0.0', map: '8.4.0', dashboard: '10.2.0' } as const

export function savedObject(
  type: SavedObject['type'],
  id: string,
  attributes: SavedObject['attributes'],
  references: Reference[] = [],
): SavedObject {
  const versions = { coreMigrationVersion: '8.8.0' as const, typeMigrationVersion: migrations[type] }
  return { id, type, attributes, references, ...versions, managed: false }
}

/** One object a line, keys sorted, so that the same dashboards are the same bytes. */
export function toNdjson(objects: SavedObject[]): string {
  return objects.map((object) => `${JSON.stringify(sorted(object))}\n`).join('')
}

export function fromNdjson(text: string): SavedObject[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as SavedObject)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}

/** Inside an importable object, what Kibana keeps as a text is a text. */
export const text = (value: unknown): string => JSON.stringify(sorted(value))
