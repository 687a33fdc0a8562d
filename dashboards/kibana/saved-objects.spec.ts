import {
  indexTemplate,
  loadDatasets,
  pipelineTemplate,
  trendsIndex,
  trendsTemplate,
  type IndexTemplate,
} from '@dsf/dataset'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { derivedDashboardsOf } from '../all-dashboards.ts'
import { datasetDashboard } from '../dataset-dashboard.ts'
import { datasetsFolders, staleFiles } from '../generate.ts'
import { columns as gridColumns } from '../layout.ts'
import type { Dashboard } from '../panel.ts'
import { pipelineDashboard } from '../pipeline-dashboard.ts'
import { qualityDashboard } from '../quality-dashboard.ts'
import { savedObjectsOf } from './dashboard.ts'
import { fromNdjson, toNdjson, type SavedObject } from './saved-objects.ts'

const datasets = [...loadDatasets(datasetsFolders).values()]
const drawn: [name: string, dashboard: Dashboard, template: IndexTemplate][] = [
  ...datasets.map((dataset): (typeof drawn)[0] => [
    dataset.name,
    datasetDashboard(dataset),
    indexTemplate(dataset),
  ]),
  ...datasets
    .flatMap(derivedDashboardsOf)
    .map((derived): (typeof drawn)[0] => [
      derived.id,
      derived,
      derived.index === trendsIndex ? trendsTemplate : pipelineTemplate,
    ]),
  ['the pipeline', pipelineDashboard(), pipelineTemplate],
]
const json = z.string().transform((text): any => JSON.parse(text))

/** The attributes that Kibana's own create schema knows, closed: an unknown key would be refused by it. */
const attributes = {
  'index-pattern': z.strictObject({
    ...{
      title: z.string(),
      name: z.string(),
      timeFieldName: z.string().optional(),
      allowNoIndex: z.boolean(),
    },
    ...{ fieldAttrs: json, fieldFormatMap: json, fields: json, runtimeFieldMap: json, sourceFilters: json },
  }),
  map: z.strictObject({
    ...{ title: z.string(), description: z.string() },
    ...{ layerListJSON: json, mapStateJSON: json, uiStateJSON: json },
  }),
  dashboard: z.strictObject({
    ...{ title: z.string(), description: z.string(), version: z.literal(1), timeRestore: z.boolean() },
    ...{
      timeFrom: z.string().optional(),
      timeTo: z.string().optional(),
      optionsJSON: json,
      panelsJSON: json,
    },
    kibanaSavedObjectMeta: z.strictObject({ searchSourceJSON: json }),
    controlGroupInput: z.strictObject({
      ...{ controlStyle: z.literal('oneLine'), chainingSystem: z.literal('HIERARCHICAL') },
      ...{ panelsJSON: json, ignoreParentSettingsJSON: json },
    }),
  }),
}
const number = z.number().int().min(0)
const grid = z.strictObject({ x: number, y: number, w: number, h: number, i: z.string() })
const lens = z.strictObject({
  ...{
    title: z.literal(''),
    type: z.literal('lens'),
    visualizationType: z.string(),
    references: z.array(z.any()),
  },
  state: z.strictObject({
    ...{
      query: z.any(),
      filters: z.array(z.any()),
      adHocDataViews: z.any(),
      internalReferences: z.array(z.any()),
    },
    ...{ visualization: z.any() },
    datasourceStates: z.strictObject({
      formBased: z.strictObject({ layers: z.record(z.string(), z.any()) }),
      ...{ indexpattern: z.any(), textBased: z.any() },
    }),
  }),
})
const panel = z.discriminatedUnion('type', [
  z.strictObject({
    ...{ type: z.literal('lens'), panelIndex: z.string(), gridData: grid },
    embeddableConfig: z.strictObject({
      ...{
        title: z.string().min(1),
        description: z.string().min(1),
        enhancements: z.any(),
        attributes: lens,
      },
    }),
  }),
  z.strictObject({
    ...{ type: z.literal('map'), panelIndex: z.string(), gridData: grid, panelRefName: z.string() },
    embeddableConfig: z.strictObject({
      ...{ title: z.string().min(1), description: z.string().min(1), enhancements: z.any() },
      ...{ hiddenLayers: z.any(), isLayerTOCOpen: z.boolean(), openTOCDetails: z.any() },
    }),
  }),
])

const parsed = (object: SavedObject): any => attributes[object.type].parse(object.attributes)
const dashboardOf = (objects: SavedObject[]) => objects.find(({ type }) => type === 'dashboard')!
const panelsOf = (objects: SavedObject[]): z.infer<typeof panel>[] =>
  parsed(dashboardOf(objects)).panelsJSON.map((one: unknown) => panel.parse(one))
const lensOf = (objects: SavedObject[]) => panelsOf(objects).filter((one) => one.type === 'lens')
const layersOf = (objects: SavedObject[]) =>
  lensOf(objects).flatMap(({ panelIndex, embeddableConfig: { attributes: drawn } }) =>
    Object.entries(drawn.state.datasourceStates.formBased.layers).map(([id, layer]) => ({
      ...{ id, layer, panelIndex, visualization: drawn.state.visualization },
    })),
  )

it('a ratio is a formula with a column for each part of it, of which only its own is shown', () => {
  const objects = savedObjectsOf(qualityDashboard(datasets[0]!))
  const { layer, visualization } = layersOf(objects).find(({ panelIndex }) => panelIndex === 'fields')!
  const formula = 'sum(nulls) / sum(rows)'
  const parts = ['value4X0', 'value4X1']
  const operations = Object.entries<any>(layer.columns).map(([id, column]) => [id, column.operationType])
  expect(Object.fromEntries(operations)).toMatchObject({
    ...{ value4: 'formula', value4X2: 'math', value4X0: 'sum', value4X1: 'sum' },
  })
  expect(layer.columns['value4']).toMatchObject({ references: ['value4X2'], params: { formula } })
  expect(layer.columns['value4X2']).toMatchObject({
    references: parts,
    params: { tinymathAst: { name: 'divide', args: parts, text: formula, location: { min: 0, max: 22 } } },
  })
  expect(parts.map((id) => layer.columns[id].sourceField)).toEqual(['nulls', 'rows'])
  const shown = visualization.columns.map(({ columnId }: any) => columnId)
  expect(shown).toEqual(['group', 'value', 'value2', 'value3', 'value4', 'value5', 'value6'])
})

it('the committed files are those that the definitions give', () => {
  expect(staleFiles()).toEqual([])
})

describe.each(drawn)('the saved objects of %s', (_, dashboard, { template }) => {
  const objects = savedObjectsOf(dashboard)

  it('have no key that Kibana does not know, and the versions of their form', () => {
    for (const object of objects) expect(() => parsed(object)).not.toThrow()
    expect(panelsOf(objects).length).toBeGreaterThan(4)
    const versions = Object.fromEntries(
      objects.map(({ type, typeMigrationVersion }) => [type, typeMigrationVersion]),
    )
    expect({ map: '8.4.0', ...versions }).toEqual({
      'index-pattern': '8.0.0',
      map: '8.4.0',
      dashboard: '10.2.0',
    })
    expect(new Set(objects.map(({ coreMigrationVersion }) => coreMigrationVersion))).toEqual(
      new Set(['8.8.0']),
    )
  })

  it('refer to nothing that is not there, and every layer and map has its reference', () => {
    const ids = new Set(objects.map(({ type, id }) => `${type}/${id}`))
    for (const { references } of objects)
      for (const { type, id } of references) expect(ids).toContain(`${type}/${id}`)
    const names = dashboardOf(objects).references.map(({ name }) => name)
    const wanted = [
      ...layersOf(objects).map(({ panelIndex, id }) => `${panelIndex}:indexpattern-datasource-layer-${id}`),
      ...panelsOf(objects).flatMap((one) =>
        one.type === 'map' ? [`${one.panelIndex}:${one.panelRefName}`] : [],
      ),
    ]
    expect(names).toEqual(expect.arrayContaining(wanted))
  })

  it('draw only columns that their layer has', () => {
    for (const { layer, visualization } of layersOf(objects)) {
      expect(Object.keys(layer.columns).toSorted()).toEqual(layer.columnOrder.toSorted())
      for (const accessor of accessorsOf(visualization)) expect(layer.columnOrder).toContain(accessor)
    }
  })

  it('name only fields of the index template, and aggregate only by those that can be', () => {
    const { properties } = template.mappings
    for (const { layer } of layersOf(objects))
      for (const { sourceField } of Object.values<any>(layer.columns)) {
        // a formula names its fields in the columns that it refers to
        if (sourceField === '___records___' || sourceField === undefined) continue
        const [name, part] = sourceField.split('.')
        const mapping: any = properties[name]
        const type = part ? mapping.fields[part].type : mapping?.type
        expect([sourceField, type]).toEqual([
          sourceField,
          expect.stringMatching(/^(keyword|long|double|boolean|date)$/),
        ])
      }
  })

  it('stand on the grid without overlap, each with an id of its own', () => {
    const cells = new Set<string>()
    for (const { gridData } of panelsOf(objects)) {
      expect(gridData.x + gridData.w).toBeLessThanOrEqual(gridColumns)
      for (let x = gridData.x; x < gridData.x + gridData.w; x++)
        for (let y = gridData.y; y < gridData.y + gridData.h; y++) {
          expect(cells).not.toContain(`${x}/${y}`)
          cells.add(`${x}/${y}`)
        }
    }
    const ids = panelsOf(objects).map(({ panelIndex }) => panelIndex)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('are the same bytes after they were read back', () => {
    expect(toNdjson(fromNdjson(toNdjson(objects)))).toBe(toNdjson(objects))
  })
})

/** Whatever a visualization calls a column. */
function accessorsOf(visualization: any): string[] {
  const { metricAccessor, xAccessor, yAccessor, valueAccessor, columns = [], layers = [] } = visualization
  const own = [
    metricAccessor,
    xAccessor,
    yAccessor,
    valueAccessor,
    ...columns.map((column: any) => column.columnId),
  ]
  const inner = layers.flatMap((layer: any) => [layer.xAccessor, layer.splitAccessor, ...layer.accessors])
  return [...own, ...inner].filter(Boolean)
}
