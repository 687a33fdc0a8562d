/** What the processed rows of a dataset look like, from their profile. */
import { pipelineIndex, pipelineIndexColumns, profileDocumentColumns, type Dataset } from '@dsf/dataset'
import { indexedFields } from './indexed-fields.ts'
import { placed, type Unplaced } from './layout.ts'
import type { Dashboard, Metric } from './panel.ts'

/**
 * Profiles are of groups of different sizes, so everything here is a sum, a greatest or a least: these can be taken together,
 * averages and quantiles cannot. A group has a profile for each field, so its rows are counted by the first field of the key.
 */
export function qualityDashboard(dataset: Dataset): Dashboard {
  return {
    id: `dsf-${dataset.name}-quality`,
    title: `${dataset.title}: data quality`,
    description: `What the processed rows of the dataset ${dataset.name} look like, from the profile of each batch of them.`,
    index: pipelineIndex,
    timeField: '@timestamp',
    ...{ from: 'now-7d', to: 'now' },
    where: [
      { field: 'kind', is: 'profile' },
      { field: 'dataset', is: dataset.name },
    ],
    filters: ['run', 'type', 'field'],
    fields: indexedFields(pipelineIndexColumns, profileDocumentColumns),
    panels: placed([...numbers(dataset), ...charts(dataset), ...tables(dataset)]),
  }
}

/** Values that are missing, of all that could be there. */
export const missingShare: Metric = { of: 'ratio', field: 'nulls', over: 'rows', title: 'Share missing' }

const sum = (field: string, title: string): Metric => ({ of: 'sum', field, title })
const rows = sum('rows', 'Rows')
const onceARow = ({ key }: Dataset) => ({ where: [{ field: 'field', is: key[0]!.column }] })

function numbers(dataset: Dataset): Unplaced[] {
  const number = (id: string, metric: Metric, description: string): Unplaced => {
    return { kind: 'metric', id, title: metric.title, description, metric }
  }
  const distinct = (field: string, title: string): Metric => ({ of: 'distinct', field, title })
  return [
    { ...number('rows', rows, 'Processed rows that were looked at.'), ...onceARow(dataset) },
    number('missing', sum('nulls', 'Missing values'), 'Values that are missing, over all fields and rows.'),
    number('share', missingShare, 'Missing values, as a share of all that could be there.'),
    number('runs', distinct('run', 'Runs'), 'Runs that brought these rows.'),
  ]
}

function charts(dataset: Dataset): Unplaced[] {
  const chart = { kind: 'trend', interval: '1d' } as const
  return [
    {
      ...{ ...chart, id: 'rows-by-day', title: 'Rows by day of arrival', shape: 'bar' },
      ...{ ...onceARow(dataset), metric: rows, ...(dataset.typeField ? { split: 'type' } : {}) },
      description: 'Processed rows of each day, by their type.',
    },
    {
      ...{ ...chart, id: 'missing-by-day', title: 'Missing values by day of arrival', shape: 'line' },
      ...{ metric: missingShare },
      description: 'Share of missing values among all that could be there, in the rows of each day.',
    },
  ]
}

function tables(dataset: Dataset): Unplaced[] {
  const table = { kind: 'top', shape: 'table', size: 50, counts: 'Profiles' } as const
  const least: Metric = { of: 'min', field: 'minimum', title: 'Least' }
  const greatest: Metric = { of: 'max', field: 'maximum', title: 'Greatest' }
  return [
    {
      ...{ ...table, id: 'fields', title: 'Fields', field: 'field' },
      description: 'Missing values and the range of each field.',
      metrics: [rows, sum('nulls', 'Missing'), missingShare, least, greatest],
    },
    ...(dataset.typeField
      ? [
          {
            ...{ ...table, ...onceARow(dataset), id: 'types', title: 'Types', field: 'type' },
            description: 'Rows of each type, and the keys among them: a key counts once in each batch.',
            metrics: [rows, sum('keys', 'Keys')],
          },
        ]
      : []),
  ]
}
