import type { Dashboard, MapPanel, Panel } from '../panel.ts'
import { dataView, dataViewId } from './data-view.ts'
import { layerId, lensAttributes, type LensPanel } from './lens.ts'
import { mapId, mapObject } from './map.ts'
import { savedObject, text, type Reference, type SavedObject } from './saved-objects.ts'

/** A dashboard with everything that it needs, in the order in which Kibana should take it. */
export function savedObjectsOf(dashboard: Dashboard): SavedObject[] {
  const maps = dashboard.panels.filter((panel) => panel.kind === 'map')
  return [
    dataView(dashboard),
    ...maps.map((panel) => mapObject(dashboard, panel)),
    dashboardObject(dashboard),
  ]
}

function dashboardObject(dashboard: Dashboard): SavedObject {
  const { id, title, description, from, to, timeField, panels } = dashboard
  const attributes = {
    ...{ title, description, version: 1 },
    ...(timeField ? { timeRestore: true, timeFrom: from, timeTo: to } : { timeRestore: false }),
    optionsJSON: text({
      useMargins: true,
      syncColors: true,
      syncCursor: true,
      syncTooltips: false,
      hidePanelTitles: false,
    }),
    kibanaSavedObjectMeta: {
      searchSourceJSON: text({ query: { query: '', language: 'kuery' }, filter: [] }),
    },
    controlGroupInput: controls(dashboard),
    panelsJSON: text(
      panels.map((panel) => (panel.kind === 'map' ? byReference(panel) : byValue(dashboard, panel))),
    ),
  }
  const references = [
    ...panels.map((panel) => referenceOf(dashboard, panel)),
    ...controlReferences(dashboard),
  ]
  return savedObject('dashboard', id, attributes, references)
}

const place = ({ id, at }: Panel) => ({ panelIndex: id, gridData: { ...at, i: id } })
const titled = ({ title, description }: Panel) => ({ title, description, enhancements: {} })

const byReference = (panel: MapPanel) => ({
  ...place(panel),
  type: 'map',
  panelRefName: `panel_${panel.id}`,
  embeddableConfig: { ...titled(panel), hiddenLayers: [], isLayerTOCOpen: false, openTOCDetails: [] },
})

const byValue = (dashboard: Dashboard, panel: LensPanel) => ({
  ...place(panel),
  type: 'lens',
  embeddableConfig: { ...titled(panel), attributes: lensAttributes(dashboard, panel) },
})

function referenceOf(dashboard: Dashboard, panel: Panel): Reference {
  if (panel.kind === 'map')
    return { type: 'map', id: mapId(dashboard, panel), name: `${panel.id}:panel_${panel.id}` }
  const name = `${panel.id}:indexpattern-datasource-layer-${layerId}`
  return { type: 'index-pattern', id: dataViewId(dashboard), name }
}

const controlId = (field: string) => `filter-${field}`

/** A list of values for each field that is offered as a filter. */
function controls(dashboard: Dashboard) {
  const panels = dashboard.filters.map((field, order) => [
    controlId(field),
    {
      ...{ type: 'optionsListControl', order, grow: true, width: 'medium' },
      explicitInput: {
        id: controlId(field),
        fieldName: dashboard.fields[field]!.aggregatable,
        title: dashboard.fields[field]!.title,
        enhancements: {},
      },
    },
  ])
  const respected = {
    ignoreFilters: false,
    ignoreQuery: false,
    ignoreTimerange: false,
    ignoreValidations: false,
  }
  return {
    ...{ controlStyle: 'oneLine', chainingSystem: 'HIERARCHICAL' },
    panelsJSON: text(Object.fromEntries(panels)),
    ignoreParentSettingsJSON: text(respected),
  }
}

const controlReferences = (dashboard: Dashboard): Reference[] =>
  dashboard.filters.map((field) => ({
    type: 'index-pattern',
    id: dataViewId(dashboard),
    name: `controlGroup_${controlId(field)}:optionsListDataView`,
  }))
