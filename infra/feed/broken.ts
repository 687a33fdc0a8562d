import { AT, cellsOf, rowOf, type QuakeColumn, type Quake } from './quake.ts'

interface Breakage {
  /** Who must refuse the row: the CSV reader, which gets no cells out of it, or the definition, for a value. */
  by: 'reader' | 'definition'
  /** The column at fault, where one is. */
  field: QuakeColumn | null
  spoil(quake: Quake): Buffer
}

/** Every way a row is broken on purpose. `spoil` gives the bytes of the row without its line end. */
export const BREAKAGES = {
  'too-few-cells': { by: 'reader', field: null, spoil: (quake) => utf8(rowOf(cellsOf(quake).slice(0, 12))) },
  'stray-quote': { by: 'reader', field: 'place', spoil: (quake) => utf8(withStrayQuote(quotedPlace(quake))) },
  'invalid-utf8': { by: 'reader', field: 'place', spoil: latin1Place },
  'latitude-not-a-number': {
    by: 'definition',
    field: 'latitude',
    spoil: (quake) => withCell(quake, 'latitude', 'abc'),
  },
  'magnitude-out-of-range': {
    by: 'definition',
    field: 'mag',
    spoil: (quake) => withCell(quake, 'mag', '99'),
  },
  'empty-id': { by: 'definition', field: 'id', spoil: (quake) => withCell(quake, 'id', '') },
  'unknown-type': {
    by: 'definition',
    field: 'type',
    spoil: (quake) => withCell(quake, 'type', 'alien landing'),
  },
  // only as the last row of a file: elsewhere the next quoted cell would close it, and both rows would be one
  'unclosed-quote': {
    by: 'reader',
    field: 'place',
    spoil: (quake) => utf8(withoutLastQuote(quotedPlace(quake))),
  },
} satisfies Record<string, Breakage>

export type BrokenKind = keyof typeof BREAKAGES

export const BROKEN_KINDS = Object.keys(BREAKAGES) as BrokenKind[]

function withCell(quake: Quake, column: QuakeColumn, text: string): Buffer {
  const cells = cellsOf(quake)
  cells[AT[column]] = text
  return utf8(rowOf(cells))
}

function quotedPlace(quake: Quake): string {
  return rowOf(cellsOf(quake.place.includes(',') ? quake : { ...quake, place: `${quake.place}, CA` }))
}

function withoutLastQuote(row: string): string {
  const at = row.lastIndexOf('"')
  return row.slice(0, at) + row.slice(at + 1)
}

/** A quote that somebody typed, and the writer did not double. */
function withStrayQuote(row: string): string {
  const at = row.lastIndexOf('"')
  return `${row.slice(0, at)} "old" bridge${row.slice(at)}`
}

/** The usual way a file comes to hold invalid UTF-8: one name was written in Latin-1. */
function latin1Place(quake: Quake): Buffer {
  return Buffer.from(rowOf(cellsOf({ ...quake, place: '7km N of Piñon Hills, CA' })), 'latin1')
}

function utf8(text: string): Buffer {
  return Buffer.from(text, 'utf8')
}
