/** How the header of a file differs from the one that was read before it: a finding, before it may be a failure. */

/** The header that was last taken, and the run that first had it. */
export interface SeenHeader {
  names: string[]
  since: string
}

export interface Drift {
  /** the run that first had the header before */
  since: string
  added: string[]
  gone: string[]
  renamed: { from: string; to: string }[]
  /** columns that both have stand in another order */
  reordered: boolean
  /** `taken` as `fieldsMatch` allows, or `refused` */
  done: 'taken' | 'refused'
}

/** A header of more bytes is not kept, and so not compared with: it would be in each record of its run. */
const mostBytes = 16 * 1024
const most = { names: 20, characters: 60 }

export function seenHeader(
  names: readonly string[],
  run: string,
  before: SeenHeader | null,
): SeenHeader | null {
  if (names.reduce((sum, name) => sum + Buffer.byteLength(name), 0) > mostBytes) return null
  const isSameHeader = before !== null && isEqual(before.names, names)
  return { names: [...names], since: isSameHeader ? before.since : run }
}

/** Undefined where nothing changed. */
export function driftBetween(
  before: SeenHeader | null,
  names: readonly string[],
  done: Drift['done'],
): Drift | undefined {
  if (before === null || isEqual(before.names, names)) return undefined
  const [old, now] = [numbered(before.names), numbered(names)]
  const [lost, found] = [without(old, now), without(now, old)]
  const renamed = renames(old, now, lost, found)
  const gone = without(
    lost,
    renamed.map(({ from }) => from),
  )
  const added = without(
    found,
    renamed.map(({ to }) => to),
  )
  const lists = {
    ...{ added: shown(added.map(nameOf)), gone: shown(gone.map(nameOf)) },
    renamed: renamed
      .slice(0, most.names)
      .map(({ from, to }) => ({ from: short(nameOf(from)), to: short(nameOf(to)) })),
  }
  const renaming = new Map(renamed.map(({ from, to }) => [from, to]))
  const inNew = (columns: string[]) => columns.map((column) => nameOf(renaming.get(column) ?? column))
  // of equal names any one may be the one that went or came
  const isInOrder =
    isPartOf(without(now, added).map(nameOf), inNew(old)) ||
    isPartOf(inNew(without(old, gone)), now.map(nameOf))
  return { since: before.since, ...lists, reordered: !isInOrder, done }
}

/** Each name with how often it was there before, so that equal ones are columns of their own. */
function numbered(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  return names.map((name) => {
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    return `${count} ${name}`
  })
}

const nameOf = (column: string) => column.slice(column.indexOf(' ') + 1)

function without(columns: string[], others: string[]): string[] {
  const left = new Set(others)
  return columns.filter((column) => !left.has(column))
}

/** Whether all of `part` stands in `whole` in its order. */
function isPartOf(part: string[], whole: string[]): boolean {
  let at = 0
  for (const name of whole) if (name === part[at]) at++
  return at === part.length
}

const isEqual = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((name, i) => name === others[i])

/** One that went and one that came are a renaming when they look alike, or stand in the same place of as many columns. */
function renames(old: string[], now: string[], lost: string[], found: string[]) {
  const plain = (column: string) =>
    nameOf(column)
      .toLowerCase()
      .replaceAll(/[\s_.-]/g, '')
  const left = new Set(found)
  const alike = new Map(found.map((column) => [plain(column), column]))
  const renamed: Drift['renamed'] = []
  const take = (from: string, to: string | undefined) => {
    if (to !== undefined && nameOf(to) !== nameOf(from) && left.delete(to)) renamed.push({ from, to })
  }
  for (const from of lost) take(from, alike.get(plain(from)))
  if (old.length !== now.length) return renamed
  const gone = new Set(lost)
  const known = new Set(renamed.map(({ from }) => from))
  for (const [i, from] of old.entries()) if (gone.has(from) && !known.has(from)) take(from, now[i])
  return renamed
}

const short = (name: string) =>
  name.length > most.characters ? `${name.slice(0, most.characters).toWellFormed()}…` : name

const shown = (names: string[]): string[] => [
  ...names.slice(0, most.names).map(short),
  ...(names.length > most.names ? [`and ${names.length - most.names} more`] : []),
]

/** A sentence. The names are data: they are escaped. */
export function tellDrift({ since, added, gone, renamed, reordered, done }: Drift): string {
  const list = (names: string[]) => names.map((name) => JSON.stringify(name)).join(', ')
  const changes = [
    ...(added.length > 0 ? [`added ${list(added)}`] : []),
    ...(gone.length > 0 ? [`gone ${list(gone)}`] : []),
    ...renamed.map(({ from, to }) => `${JSON.stringify(from)} is now ${JSON.stringify(to)}`),
    ...(reordered ? ['another order'] : []),
  ]
  return `the header is not the one since run ${since}: ${changes.join('; ')}; ${done === 'taken' ? 'it was taken, as fieldsMatch allows' : 'it was refused'}`
}
