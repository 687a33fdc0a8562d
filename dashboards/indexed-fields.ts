import type { FieldType, IndexTemplate } from '@dsf/dataset'
import type { IndexedField } from './panel.ts'

const types: Record<string, FieldType> = {
  date: 'datetime',
  long: 'integer',
  double: 'number',
  boolean: 'boolean',
  keyword: 'string',
}

/** Every field of an index of our own, with what people call it; a field without a title keeps its name. */
export function indexedFields(
  { template }: IndexTemplate,
  titles: Record<string, string>,
  units: Record<string, string> = {},
): Record<string, IndexedField> {
  return Object.fromEntries(
    Object.entries(template.mappings.properties).map(([name, mapping]) => {
      const type = types[String(mapping['type'])]!
      const unit = units[name] ? { unit: units[name] } : {}
      return [name, { type, aggregatable: name, title: titles[name] ?? name, ...unit }]
    }),
  )
}
