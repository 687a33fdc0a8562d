/** Documents on a map of the world, drawn from an outline in the page: no tile server is asked. */
import type { MapPanel, Titles } from '../panel.ts'
import type { Theme } from './theme.ts'

/** A layered Vega-Lite view; the outline comes by the name `land`, as TopoJSON. */
export function worldMap(panel: MapPanel, titles: Titles, theme: Theme): object {
  return {
    projection: { type: 'equalEarth' },
    layer: [
      {
        data: { sphere: true },
        mark: { type: 'geoshape', fill: theme.sea, stroke: theme.line, aria: false },
      },
      {
        data: { graticule: { step: [30, 30] } },
        mark: { type: 'geoshape', fill: null, stroke: theme.line, strokeWidth: 0.6, aria: false },
      },
      {
        data: { name: 'land', format: { type: 'topojson', feature: 'land' } },
        mark: { type: 'geoshape', fill: theme.land, stroke: theme.sea, strokeWidth: 0.5, aria: false },
      },
      { data: { name: 'rows' }, ...points(panel, titles, theme) },
    ],
    // the colours of points and groups must not share a scale with the land
    resolve: { scale: { color: 'independent' } },
  }
}

function points({ size, color, show }: MapPanel, titles: Titles, { ramp }: Theme): object {
  const measure = (field: string) => ({ field, title: titles(field), type: 'quantitative' })
  const sized = size && {
    ...measure(size),
    // area grows with the square: a magnitude of 6 shall be seen among hundreds of 2
    scale: { type: 'pow', exponent: 2.2, range: [2, 900] },
    legend: { symbolFillColor: 'transparent', symbolStrokeColor: ramp[1], values: [2, 4, 6] },
  }
  const coloured = color && {
    ...measure(color),
    scale: { type: 'sqrt', range: ramp },
    legend: { gradientLength: 160 },
  }
  return {
    transform: [{ filter: 'isValid(datum.lat) && isValid(datum.lon)' }],
    mark: { type: 'circle', opacity: 0.72, stroke: null, ...(size ? {} : { size: 14 }) },
    encoding: {
      longitude: { field: 'lon', type: 'quantitative' },
      latitude: { field: 'lat', type: 'quantitative' },
      ...(sized ? { size: sized } : {}),
      ...(coloured ? { color: coloured } : { color: { value: ramp[1] } }),
      tooltip: show.map((field) => ({ field, title: titles(field) })),
    },
  }
}
