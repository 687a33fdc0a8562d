import type { DocumentColumn } from '@dsf/dataset'
import type { IndexedField } from './panel.ts'

/** Units of the definition are UCUM's codes; people read some of them as signs. */
const shownUnits: Record<string, string> = { Cel: '°C', deg: '°', '[degF]': '°F' }

/**
 * Every field of an index, as people call it. Of an index with documents of several kinds, `shown` are the columns of those
 * that the dashboard is about: the others keep their names.
 */
export function indexedFields(index: readonly DocumentColumn[], shown = index): Record<string, IndexedField> {
  const known = new Map(shown.map((column) => [column.name, column]))
  return Object.fromEntries(index.map(({ name, type }) => [name, fieldOf(known.get(name) ?? { name, type })]))
}

type Shown = Pick<DocumentColumn, 'name' | 'type'> & Partial<DocumentColumn>

function fieldOf({ name, type, title = name, search, unit, minimum, maximum }: Shown): IndexedField {
  return {
    ...{ type, aggregatable: search === 'text' ? `${name}.keyword` : name, title },
    ...(unit ? { unit: shownUnits[unit] ?? unit } : {}),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  }
}
