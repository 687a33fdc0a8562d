/** The dashboard of the pipeline itself: runs, their receipts, what they took, what was refused, and lags. */
import { pipelineColumns, pipelineIndex, pipelineIndexColumns, type CounterName } from '@dsf/dataset'
import { indexedFields } from './indexed-fields.ts'
import { placed, type Unplaced } from './layout.ts'
import type { Condition, Dashboard, Metric } from './panel.ts'
import { missingShare } from './quality-dashboard.ts'

const fields = indexedFields(pipelineIndexColumns, pipelineColumns)

export function pipelineDashboard(): Dashboard {
  return {
    id: 'dsf-pipeline',
    title: 'Pipeline',
    description:
      'Every run of every dataset: its receipt, its stages, what was refused, what is missing, and where records wait.',
    index: pipelineIndex,
    timeField: '@timestamp',
    ...{ from: 'now-7d', to: 'now' },
    where: [],
    filters: ['dataset', 'state'],
    fields,
    panels: placed([...numbers(), ...charts(), ...tables()]),
  }
}

const only = (kind: 'run' | 'stage' | 'reject' | 'lag' | 'profile'): Condition[] => [
  { field: 'kind', is: kind },
]
const runs = only('run')

function numbers(): Unplaced[] {
  const number = (id: string, metric: Metric, where: Condition[], description: string): Unplaced => {
    return { kind: 'metric', id, title: metric.title, description, metric, where }
  }
  return [
    number('runs', { of: 'count', title: 'Runs' }, runs, 'Runs that came to an end.'),
    number(
      'failed',
      { of: 'count', title: 'Failed runs' },
      [...runs, { field: 'state', is: 'failed' }],
      'Runs that failed: imports that found no usable source, and runs with rows without an answer.',
    ),
    number('read', sum('read', 'Rows read'), runs, 'Rows of all files that were read.'),
    number('refused', sum('quarantined', 'Rows refused'), runs, 'Rows that went to quarantine.'),
  ]
}

const sum = (field: CounterName | 'rows' | 'nulls', title: string): Metric => ({ of: 'sum', field, title })

function charts(): Unplaced[] {
  const chart = { kind: 'trend', interval: '1h' } as const
  return [
    {
      ...{ ...chart, id: 'rows', title: 'Rows read', shape: 'bar', where: runs, split: 'dataset' },
      description: 'Rows that the runs of each hour read, by dataset.',
      metric: sum('read', 'Rows'),
    },
    {
      ...{ ...chart, id: 'stages', title: 'What a run takes, stage by stage', shape: 'bar' },
      description:
        'Average time of a run in each stage, from the receipt of the stage before to its own, in the slowest lane.',
      ...{ where: only('stage'), split: 'stage' },
      metric: { of: 'average', field: 'duration_ms', title: 'Average time', unit: 'ms' },
    },
    {
      ...{ ...chart, id: 'rejects', title: 'Refused rows by reason', shape: 'bar' },
      description: 'Rows that went to quarantine in each hour, by the code of their reason.',
      ...{ where: only('reject'), split: 'code' },
      metric: sum('rows', 'Rows'),
    },
    {
      ...{ ...chart, id: 'lag', title: 'Records that waited', shape: 'line' },
      description: 'The most records that each stage had still to commit, in each hour.',
      ...{ where: only('lag'), split: 'stage' },
      metric: { of: 'max', field: 'records', title: 'Records' },
    },
  ]
}

function tables(): Unplaced[] {
  const counters = ['read', 'clean', 'duplicate', 'quarantined', 'stored', 'created', 'replaced'] as const
  return [
    {
      ...{ kind: 'top', id: 'receipts', shape: 'table', field: 'dataset', size: 20, counts: 'Runs' },
      title: 'Receipts',
      description: 'What became of the rows of each dataset, over all runs.',
      where: runs,
      metrics: counters.map((name) => sum(name, fields[name]!.title)),
    },
    {
      ...{ kind: 'top', id: 'quality', shape: 'table', field: 'dataset', size: 20, counts: 'Profiles' },
      title: 'Data quality',
      description: 'Values of the processed rows of each dataset, and those that are missing.',
      where: only('profile'),
      metrics: [sum('rows', 'Values'), sum('nulls', 'Missing'), missingShare],
    },
    {
      ...{
        kind: 'table',
        id: 'last',
        key: 'run',
        title: 'The last runs',
        where: runs,
        sort: '@timestamp',
        rows: 10,
      },
      description:
        'The ten runs that ended last, and what is worth a look: a header that changed, and what was let pass.',
      columns: [
        ...['@timestamp', 'dataset', 'state', 'read', 'clean', 'duplicate', 'quarantined', 'duration_ms'],
        'findings',
      ],
    },
  ]
}
