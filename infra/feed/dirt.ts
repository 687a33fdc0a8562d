import { AT, cellsOf, rowOf, type QuakeColumn, type Quake } from './quake.ts'
import { hash, pick, seeded, type Random } from './random.ts'

/** The columns that get white space now and then. The key is one of them: its lane must not depend on it. */
const PADDED: readonly QuakeColumn[] = [
  'id',
  'mag',
  'depth',
  'magType',
  'nst',
  'net',
  'place',
  'type',
  'status',
]

/** A sound row as a careless publisher writes it: cleaning must give back exactly `quake`. */
export function soundRow(quake: Quake): string {
  const random = seeded(hash(`${quake.id} ${quake.updated}`))
  const cells = cellsOf(quake)
  if (random() < 0.06) cells[AT.magType] = capitalized(cells[AT.magType]!)
  if (random() < 0.04) pad(cells, random)
  return rowOf(cells)
}

/** `ml` and `md` also occur as `Ml` and `Md` in the real feed. */
function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** An empty cell may become a lone space: still a missing value. */
function pad(cells: string[], random: Random): void {
  const at = AT[pick(random, PADDED)]
  cells[at] = ` ${cells[at]}${random() < 0.5 ? ' ' : ''}`
}
