/** Another generator of Kibana's saved objects, independent of ours, draws the same four panels to the same structure. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { placed, type Unplaced } from '../layout.ts'
import type { Dashboard, IndexedField } from '../panel.ts'
import { savedObjectsOf } from './dashboard.ts'

const read = (name: string) => readFileSync(join(import.meta.dirname, 'oracle', name), 'utf8')
const field = (type: IndexedField['type'], name: string): IndexedField => ({
  type,
  aggregatable: name,
  title: name,
})

const text = { title: 'any', description: 'any' }
const panels: Unplaced[] = [
  { kind: 'metric', id: 'number', ...text, metric: { of: 'max', field: 'mag', title: 'Strongest' } },
  {
    ...{ kind: 'trend', id: 'trend', ...text, shape: 'bar', interval: '1h', split: 'type' },
    metric: { of: 'count', title: 'Quakes' },
  },
  {
    ...{ kind: 'top', id: 'top', ...text, shape: 'table', field: 'region', size: 10, counts: 'Quakes' },
    metrics: [{ of: 'average', field: 'mag', title: 'Average' }],
  },
  {
    ...{ kind: 'grid', id: 'grid', ...text },
    x: { field: 'mag', interval: 1 },
    y: { field: 'depth', interval: 10 },
  },
]
const dashboard: Dashboard = {
  ...{ id: 'oracle', ...text, index: 'quakes', timeField: '@timestamp', from: 'now-7d', to: 'now' },
  ...{ where: [], filters: [], panels: placed(panels) },
  fields: {
    '@timestamp': field('datetime', '@timestamp'),
    mag: field('number', 'mag'),
    depth: field('number', 'depth'),
    type: field('string', 'type'),
    region: field('string', 'region'),
  },
}

const ours: any = savedObjectsOf(dashboard).find(({ type }) => type === 'dashboard')
const theirs: any = JSON.parse(read('rendered.json'))
const panelOf = (object: any, id: string): any =>
  JSON.parse(object.attributes.panelsJSON).find((panel: any) => panel.panelIndex === id)
const lensOf = (object: any, id: string) => panelOf(object, id).embeddableConfig.attributes
const layerOf = (object: any, id: string): any =>
  Object.values(lensOf(object, id).state.datasourceStates.formBased.layers)[0]

/** Without names: what each column is and computes. */
const columnsOf = (object: any, id: string) =>
  Object.values<any>(layerOf(object, id).columns)
    .map(({ operationType, dataType, isBucketed, scale, sourceField }) => ({
      ...{ operationType, dataType, isBucketed, scale, sourceField },
    }))
    .toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))

/** What a visualization's accessors point at. */
function rolesOf(object: any, id: string): Record<string, string> {
  const { visualization } = lensOf(object, id).state
  const { columns } = layerOf(object, id)
  const drawn = { ...visualization, ...visualization.layers?.[0] }
  const operation = (column: string) => `${columns[column].operationType} of ${columns[column].sourceField}`
  const single = Object.entries<any>(drawn).filter(([name]) => name.endsWith('Accessor'))
  const tabular = (drawn.columns ?? []).map(({ columnId, ...rest }: any) => [
    operation(columnId),
    JSON.stringify(rest, Object.keys(rest).toSorted()),
  ])
  return Object.fromEntries([
    ...single.map(([name, column]) => [name, operation(column)]),
    ...(drawn.accessors ?? []).map((column: string) => ['accessors', operation(column)]),
    ...tabular,
  ])
}

describe.each(panels.map(({ id, kind }) => [kind, id] as const))('a %s panel', (_, id) => {
  it('is the same kind of visualization, over the same columns, each with the same role', () => {
    expect(lensOf(ours, id).visualizationType).toBe(lensOf(theirs, id).visualizationType)
    expect(columnsOf(ours, id)).toEqual(columnsOf(theirs, id))
    expect(rolesOf(ours, id)).toEqual(rolesOf(theirs, id))
  })

  it('has the same parts', () => {
    expect(Object.keys(lensOf(ours, id)).toSorted()).toEqual(Object.keys(lensOf(theirs, id)).toSorted())
    for (const part of ['state', 'state.datasourceStates'])
      expect(keysAt(lensOf(ours, id), part)).toEqual(keysAt(lensOf(theirs, id), part))
    expect(Object.keys(layerOf(ours, id)).toSorted()).toEqual(Object.keys(layerOf(theirs, id)).toSorted())
    const { seriesType, shape } = lensOf(ours, id).state.visualization.layers?.[0] ?? lensOf(ours, id)
    const other = lensOf(theirs, id).state.visualization.layers?.[0] ?? lensOf(theirs, id)
    expect([seriesType, shape]).toEqual([other.seriesType, other.shape])
  })

  it('stands in the dashboard in the same form, with a reference of the same name', () => {
    const names = (object: any) =>
      object.references
        .map(({ type, name }: any) => `${type} ${name.replace(/-layer-.*/, '-layer-…')}`)
        .filter((name: string) => name.includes(`${id}:`))
    expect(names(ours)).toEqual(names(theirs))
    expect(Object.keys(panelOf(ours, id)).toSorted()).toEqual(Object.keys(panelOf(theirs, id)).toSorted())
  })
})

const keysAt = (object: any, path: string): string[] =>
  Object.keys(path.split('.').reduce((inner, name) => inner[name], object)).toSorted()

it('the dashboards have the same versions and options', () => {
  for (const name of ['type', 'coreMigrationVersion', 'typeMigrationVersion', 'managed'])
    expect([name, ours[name]]).toEqual([name, theirs[name]])
  const options = (object: any) => Object.keys(JSON.parse(object.attributes.optionsJSON)).toSorted()
  expect(options(ours)).toEqual(options(theirs))
})
