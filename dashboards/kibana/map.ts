import type { Dashboard, MapPanel } from '../panel.ts'
import { dataViewId } from './data-view.ts'
import { kuery } from './lens.ts'
import { savedObject, text, type SavedObject } from './saved-objects.ts'

export const mapId = ({ id }: Dashboard, panel: MapPanel): string => `${id}-${panel.id}`

/**
 * A map by reference, the form that Kibana does not migrate panel by panel. One layer of our own documents and no
 * outside tile server: a cluster without the internet draws it all the same.
 */
export function mapObject(dashboard: Dashboard, panel: MapPanel): SavedObject {
  const query = { query: kuery(dashboard, panel), language: 'kuery' }
  return savedObject(
    'map',
    mapId(dashboard, panel),
    {
      title: panel.title,
      description: panel.description,
      layerListJSON: text([layer(panel, query)]),
      mapStateJSON: text({
        ...{ zoom: 1.3, center: { lon: 0, lat: 15 }, query, filters: [] },
        timeFilters: { from: dashboard.from, to: dashboard.to },
        refreshConfig: { isPaused: true, interval: 60_000 },
        settings: { initialLocation: 'AUTO_FIT_TO_BOUNDS', backgroundColor: '#0b1f33' },
      }),
      uiStateJSON: text({ isLayerTOCOpen: true, openTOCDetails: [] }),
    },
    [{ type: 'index-pattern', id: dataViewId(dashboard), name: 'layer_0_source_index_pattern' }],
  )
}

function layer(panel: MapPanel, query: object) {
  return {
    ...{ id: `${panel.id}-points`, label: panel.title, type: 'GEOJSON_VECTOR', alpha: 0.75, visible: true },
    ...{ minZoom: 0, maxZoom: 24, includeInFitToBounds: true, joins: [], query },
    sourceDescriptor: {
      ...{ id: `${panel.id}-source`, type: 'ES_SEARCH', geoField: panel.location, scalingType: 'LIMIT' },
      indexPatternRefName: 'layer_0_source_index_pattern',
      tooltipProperties: panel.show,
      ...{ sortField: panel.size ?? '', sortOrder: 'desc', filterByMapBounds: true },
      ...{ applyGlobalQuery: true, applyGlobalTime: true, applyForceRefresh: true },
    },
    style: { type: 'VECTOR', isTimeAware: true, properties: styleOf(panel) },
  }
}

const fixed = (options: object) => ({ type: 'STATIC', options })
const byField = (name: string, options: object) => ({
  type: 'DYNAMIC',
  options: { field: { name, origin: 'source' }, fieldMetaOptions: { isEnabled: true, sigma: 3 }, ...options },
})

function styleOf({ size, color }: MapPanel) {
  return {
    symbolizeAs: { options: { value: 'circle' } },
    fillColor: color
      ? byField(color, { color: 'Yellow to Red', type: 'ORDINAL' })
      : fixed({ color: '#d6604d' }),
    lineColor: fixed({ color: '#ffffff' }),
    lineWidth: fixed({ size: 0 }),
    iconSize: size ? byField(size, { minSize: 2, maxSize: 24 }) : fixed({ size: 5 }),
  }
}
