/** How a dataset's events develop, from the windows that a stream job keeps up to date. */
import { trendFields, trendsDocumentColumns, trendsIndex, type Dataset, type Field } from '@dsf/dataset'
import { indexedFields } from './indexed-fields.ts'
import { placed, type Unplaced } from './layout.ts'
import type { Dashboard, Metric, TrendPanel } from './panel.ts'

/** @throws Error for a dataset without an event time */
export function trendsDashboard(dataset: Dataset): Dashboard {
  if (!dataset.trends) throw new Error(`the dataset ${dataset.name} has no event time, and so no trends`)
  return {
    id: `dsf-${dataset.name}-trends`,
    title: `${dataset.title}: trends`,
    description: `Events of the dataset ${dataset.name} in windows of ${spoken(dataset.trends.windowSeconds)}, each key counted once, without simulated ones.`,
    index: trendsIndex,
    timeField: '@timestamp',
    ...{ from: dataset.dashboard?.from ?? 'now-7d', to: dataset.dashboard?.to ?? 'now' },
    where: [
      { field: 'dataset', is: dataset.name },
      { field: 'simulated', is: false },
    ],
    filters: dataset.typeField ? ['type'] : [],
    fields: indexedFields(trendsDocumentColumns),
    panels: placed(panels(dataset)),
  }
}

/** A window has a document for each field, so its events are counted by the first one. */
function panels(dataset: Dataset): Unplaced[] {
  const fields = trendFields(dataset)
  const where = [{ field: 'field', is: fields[0]?.column ?? '' }]
  const events: Metric = { of: 'sum', field: 'events', title: 'Events' }
  const chart = { kind: 'trend', interval: intervalOf(dataset) } as const
  const byType = dataset.typeField ? { split: 'type' } : {}
  return [
    {
      ...{ kind: 'metric', id: 'events', title: 'Events', metric: events, where },
      description: 'Events of all windows.',
    },
    {
      ...{ kind: 'metric', id: 'windows', title: 'Windows', where },
      metric: { of: 'distinct', field: '@timestamp', title: 'Windows' },
      description: 'Windows that have events.',
    },
    ...fields.slice(0, 2).map(greatest),
    {
      ...{ ...chart, id: 'events-over-time', title: 'Events over time', shape: 'bar', where, metric: events },
      ...byType,
      description: `Events for every ${shown[chart.interval]}${dataset.typeField ? ', by type' : ''}.`,
    },
    ...fields.slice(0, 3).flatMap((field) => extremes(field, chart)),
  ]
}

function greatest(field: Field): Unplaced {
  const { column, name, title = name, unit } = field
  const metric: Metric = { of: 'max', field: 'maximum', title: 'Greatest', ...(unit ? { unit } : {}) }
  return {
    ...{ kind: 'metric', id: `greatest-${column}`, title: `Greatest: ${title}`, metric },
    where: [{ field: 'field', is: column }],
    description: `The greatest ${title} of all windows.`,
  }
}

/** Greatest and least of windows can be taken together; their means could only with weights. */
function extremes(
  { column, name: written, title, unit }: Field,
  chart: Pick<TrendPanel, 'kind' | 'interval'>,
): Unplaced[] {
  const name = title ?? written
  const measure = (of: 'max' | 'min', field: string, word: string): Unplaced => ({
    ...{ ...chart, id: `${field}-${column}`, title: `${word}: ${name}`, shape: 'line' },
    where: [{ field: 'field', is: column }],
    metric: { of, field, title: word, ...(unit ? { unit } : {}) },
    description: `The ${word.toLowerCase()} ${name} for every ${shown[chart.interval]}.`,
  })
  return [measure('max', 'maximum', 'Greatest'), measure('min', 'minimum', 'Least')]
}

const shown = { '1h': 'hour', '1d': 'day', '7d': 'week', '30d': '30 days' }

/** Not narrower than a window, and wide enough for a picture. */
const intervalOf = ({ trends, eventTime }: Dataset): TrendPanel['interval'] =>
  eventTime?.type === 'date' || trends!.windowSeconds > 86_400 ? '30d' : '1d'

function spoken(seconds: number): string {
  for (const [unit, size] of Object.entries({ day: 86_400, hour: 3600, minute: 60 }))
    if (seconds % size === 0) return `${seconds / size} ${unit}${seconds === size ? '' : 's'}`
  return `${seconds} seconds`
}
