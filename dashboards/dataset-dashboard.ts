/** The dashboard of a dataset: the panels of its definition, or sensible ones by the types of its fields. */
import {
  rowDocumentColumns,
  type DashboardDefinition,
  type Dataset,
  type PanelDefinition,
} from '@dsf/dataset'
import { drawPanel } from './draw-panel.ts'
import { indexedFields } from './indexed-fields.ts'
import { placed } from './layout.ts'
import type { Dashboard } from './panel.ts'

export function datasetDashboard(dataset: Dataset): Dashboard {
  const fields = indexedFields(rowDocumentColumns(dataset))
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
