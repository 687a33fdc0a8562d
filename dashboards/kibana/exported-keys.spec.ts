/**
 * Every key that we write is one that Kibana writes too: `oracle/exported-keys.json` has the names that stand in exports of Kibana 8.5 and
 * 8.17 (among them the dashboards of elastic/integrations), and for ranges, the last value and the scale of an axis those of Lens' own types.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import exported from './oracle/exported-keys.json' with { type: 'json' }
import { fromNdjson, type SavedObject } from './saved-objects.ts'

const objects = globSync(join(import.meta.dirname, '../generated/*.ndjson')).flatMap((file) =>
  fromNdjson(readFileSync(file, 'utf8')),
)
const strange: string[] = []

function compare(place: string, found: object, known: readonly string[] | undefined): void {
  const unknown = Object.keys(found).filter((key) => !known?.includes(key))
  strange.push(...unknown.map((key) => `${place}: ${key}`))
}

const named = (known: Record<string, string[]>, name: string) => known[name]

function compareObject(object: SavedObject): void {
  compare('saved object', object, exported.savedObject)
  for (const reference of object.references) compare('reference', reference, exported.reference)
  if (object.type === 'index-pattern') compare('data view', object.attributes, exported.dataView)
  if (object.type === 'dashboard') compareDashboard(object.attributes)
}

function compareDashboard(attributes: any): void {
  compare('dashboard', attributes, exported.dashboard)
  compare('options', JSON.parse(attributes.optionsJSON), exported.options)
  compareControls(attributes.controlGroupInput)
  for (const panel of JSON.parse(attributes.panelsJSON)) {
    compare('panel', panel, exported.panel)
    compare('grid', panel.gridData, exported.grid)
    if (panel.type === 'lens') compareLens(panel.embeddableConfig.attributes)
  }
}

function compareControls(group: any): void {
  compare('controls', group, exported.controlGroup)
  compare('what controls ignore', JSON.parse(group.ignoreParentSettingsJSON), exported.ignoredByControls)
  for (const control of Object.values<any>(JSON.parse(group.panelsJSON))) {
    compare('control', control, exported.control)
    compare('control input', control.explicitInput, exported.controlInput)
  }
}

function compareLens({ state, visualizationType, ...rest }: any): void {
  compare('lens', { state, visualizationType, ...rest }, exported.lens)
  compare('state', state, exported.state)
  const { visualization, datasourceStates } = state
  compare(visualizationType, visualization, named(exported.visualization, visualizationType))
  for (const layer of visualization.layers ?? []) compare('layer of a chart', layer, exported.xyLayer)
  for (const column of visualization.columns ?? []) compare('column of a table', column, exported.tableColumn)
  for (const layer of Object.values<any>(datasourceStates.formBased.layers)) {
    compare('layer', layer, exported.layer)
    for (const column of Object.values<any>(layer.columns)) {
      compare('column', column, exported.column)
      compare(column.operationType, column.params, named(exported.params, column.operationType))
    }
  }
}

it('no saved object has a key that Kibana does not write itself', () => {
  objects.forEach(compareObject)
  expect(objects.length).toBeGreaterThan(10)
  expect(strange).toEqual([])
})
