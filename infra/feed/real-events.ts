import { readFileSync } from 'node:fs'
import type { Quake } from './quake.ts'

/** The part of USGS's GeoJSON that the CSV feed also carries. */
interface Feature {
  id: string
  properties: Pick<
    Quake,
    | 'mag'
    | 'place'
    | 'time'
    | 'updated'
    | 'status'
    | 'net'
    | 'nst'
    | 'dmin'
    | 'rms'
    | 'gap'
    | 'magType'
    | 'type'
  >
  geometry: { coordinates: [longitude: number, latitude: number, depth: number] }
}

/** A data file of npm `vega-datasets`. Its `exports` hide the folder from `import`, hence the path. */
export function vegaFile(name: string): Buffer {
  return readFileSync(new URL(`../../node_modules/vega-datasets/data/${name}`, import.meta.url))
}

/** The 1,707 events of one real week (February 2018), newest first. */
export function realEvents(): Quake[] {
  const { features } = JSON.parse(vegaFile('earthquakes.json').toString()) as { features: Feature[] }
  return features.map(toQuake).sort((a, b) => b.time - a.time)
}

function toQuake({ id, properties, geometry }: Feature): Quake {
  const { mag, magType, nst, gap, dmin, rms, net, time, updated, place, type, status } = properties
  const [longitude, latitude, depth] = geometry.coordinates
  // The GeoJSON feed has no errors and no sources: these six columns of the CSV stay empty.
  const absent = {
    horizontalError: null,
    depthError: null,
    magError: null,
    magNst: null,
    locationSource: null,
    magSource: null,
  }
  return {
    time,
    latitude,
    longitude,
    depth,
    mag,
    magType,
    nst,
    gap,
    dmin,
    rms,
    net,
    id,
    updated,
    place,
    type,
    status,
    ...absent,
  }
}
