import { shorten } from '../cells/shorten.ts'

/** What stages add to each row. */
const isOurs = (name: string): boolean => name.startsWith('dsf_') || name === 'simulated'

/**
 * Why rows with these columns are none of a definition that has others: where one got another name, it would be empty in each of them.
 * Undefined where columns only went, or only came: that puts nothing in a wrong place.
 */
export function renamedColumns(written: readonly string[], wanted: readonly string[]): string | undefined {
  const lost = written.filter((name) => !isOurs(name) && !wanted.includes(name))
  const gained = wanted.filter((name) => !isOurs(name) && !written.includes(name))
  if (lost.length === 0 || gained.length === 0) return undefined
  return `was read into ${list(lost)}, and the definition has ${list(gained)} now; import its file again`
}

const list = (names: string[]): string => shorten(names.map((name) => JSON.stringify(name)).join(', '), 200)
