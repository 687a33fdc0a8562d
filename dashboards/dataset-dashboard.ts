/** The dashboard of a dataset: the panels of its definition, or sensible ones by the types of its fields. */
import {
  indexTemplate,
  type DashboardDefinition,
  type Dataset,
  type Field,
  type FieldType,
  type PanelDefinition,
} from '@dsf/dataset'
import { drawPanel } from './draw-panel.ts'
import { placed } from './layout.ts'
import type { Dashboard, IndexedField } from './panel.ts'

export function datasetDashboard(dataset: Dataset): Dashboard {
  const fields = indexedFields(dataset)
  const { panels, filters, from = 'now-7d', to = 'now' } = dataset.dashboard ?? defaultsOf(dataset)
  return {
    id: `dsf-${dataset.name}`,
    title: dataset.title,
    description: `Documents of the dataset ${dataset.name}, each key in its newest version, without simulated records.`,
    index: dataset.name,
    ...(dataset.eventTime ? { timeField: '@timestamp' } : {}),
    ...{ from, to },
    where: [{ field: 'simulated', is: false }],
    filters: filters ?? typeOf(dataset),
    fields,
    panels: placed(panels.map((panel, i) => drawPanel(panel, { dataset, fields, number: i + 1 }))),
  }
}

const typeOf = ({ typeField }: Dataset): string[] => (typeField ? [typeField.column] : [])

const defaultsOf = (dataset: Dataset): DashboardDefinition => ({ panels: defaultPanels(dataset) })

/** Every field of the index, as the template maps it. */
function indexedFields(dataset: Dataset): Record<string, IndexedField> {
  const { properties } = indexTemplate(dataset).template.mappings
  const known = new Map<string, { name?: string; title?: string; unit?: string; type: FieldType }>([
    ...dataset.fields.map(({ column, ...rest }): [string, typeof rest] => [column, rest]),
    ...dataset.computed.map(({ name, ...rest }): [string, typeof rest] => [name, rest]),
  ])
  const bounds = new Map(dataset.fields.map((field) => [field.column, boundsOf(field)]))
  return Object.fromEntries(
    Object.entries(properties).map(([name, mapping]) => {
      // a field without a title is called as in its file, whatever its column
      const { name: written = name, title = written, unit } = known.get(name) ?? {}
      const type = known.get(name)?.type ?? ownType(String(mapping['type']))
      const aggregatable = mapping['type'] === 'text' ? `${name}.keyword` : name
      const shown = unit ? { unit: shownUnits[unit] ?? unit } : {}
      return [name, { type, aggregatable, title, ...shown, ...bounds.get(name) }]
    }),
  )
}

/** Of a number. A row beyond them is refused. */
function boundsOf({ type, constraints }: Field): Pick<IndexedField, 'minimum' | 'maximum'> {
  if (type !== 'number' && type !== 'integer') return {}
  const [minimum, maximum] = [
    constraints.minimum ?? constraints.exclusiveMinimum,
    constraints.maximum ?? constraints.exclusiveMaximum,
  ].map((bound) => (bound === undefined ? undefined : Number(bound)))
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) }
}

/** Units of the definition are UCUM's codes; people read some of them as signs. */
const shownUnits: Record<string, string> = { Cel: '°C', deg: '°', '[degF]': '°F' }

const ownType = (type: string): IndexedField['type'] =>
  (({ date: 'datetime', long: 'integer', geo_point: 'geo_point', boolean: 'boolean' }) as const)[type] ??
  'string'

/** Documents, a number for each of the first three measures; where there is one: time, place, kind; the newest rows. */
function defaultPanels({ fields, key, eventTime, typeField, geo }: Dataset): PanelDefinition[] {
  const isPlace = (column: string) => column === geo?.latitude.column || column === geo?.longitude.column
  const measures = fields.filter(
    (field) =>
      (field.type === 'number' || field.type === 'integer') && !key.includes(field) && !isPlace(field.column),
  )
  const by = eventTime?.type === 'date' ? '30d' : '1d'
  const shape = 'line'
  const columns = fields.slice(0, 8).map(({ column }) => column)
  return [
    { metric: 'count' },
    ...measures.slice(0, 3).map(({ column }) => ({ metric: 'average' as const, of: column })),
    ...(geo ? [{ map: { show: columns, limit: 2000 } }] : []),
    ...(eventTime
      ? [
          {
            trend: 'count' as const,
            by,
            shape: 'bar' as const,
            ...(typeField ? { split: typeField.column } : {}),
          } as const,
          ...measures
            .slice(0, 3)
            .map(({ column }) => ({ trend: 'average' as const, of: column, by, shape }) as const),
        ]
      : []),
    ...(typeField ? [{ top: typeField.column, size: 10, with: [], shape: 'bar' as const }] : []),
    { table: columns, rows: 10, ...(eventTime ? { sort: eventTime.column } : {}) },
  ]
}
