import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Expectation } from './expectation.ts'
import { feedWindow } from './feed-window.ts'
import { vegaFile } from './real-events.ts'

/** A file of the feed. The validators come from the content alone: a restart does not make it look changed. */
export interface Resource {
  body: Buffer
  type: string
  etag: string
  lastModified: string
}

/** Every file by its path, and beside it the same file as `.gz`. */
export function resources(): Map<string, Resource> {
  const first = windowFile(1)
  const second = windowFile(2)
  const weather = vegaFile('seattle-weather.csv')
  return new Map([
    ...withGzip('/earthquakes/window-1.csv', first.csv, first.modified),
    ...withGzip('/earthquakes/window-2.csv', second.csv, second.modified),
    ...withGzip('/earthquakes/all_week.csv', first.csv, first.modified),
    ...withGzip('/seattle-weather.csv', weather, lastDay(weather)),
  ])
}

function windowFile(n: 1 | 2): { csv: Buffer; modified: Date } {
  const { csv, expected } = feedWindow(n)
  return { csv, modified: lastUpdate(expected) }
}

function lastUpdate({ newest }: Expectation): Date {
  return new Date(Math.max(...Array.from(newest.values(), (quake) => quake.updated)))
}

function lastDay(weather: Buffer): Date {
  const lastLine = weather.toString().trimEnd().split('\n').at(-1)!
  return new Date(lastLine.slice(0, '2015-12-31'.length))
}

function withGzip(path: string, body: Buffer, modified: Date): [string, Resource][] {
  return [
    [path, resource(body, 'text/csv; charset=utf-8', modified)],
    [`${path}.gz`, resource(gzipSync(body), 'application/gzip', modified)],
  ]
}

function resource(body: Buffer, type: string, modified: Date): Resource {
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`
  return { body, type, etag, lastModified: modified.toUTCString() }
}
