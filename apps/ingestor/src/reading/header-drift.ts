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
  const isSame = before !== null && isEqual(before.names, names)
  return { names: [...names], since: isSame ? before.since : run }
}

/** Undefined where nothing changed. */
export function driftBetween(
  before: SeenHeader | null,
  names: readonly string[],
  done: Drift['done'],
): Drift | undefined {
  if (before === null || isEqual(before.names, names)) return undefined
  const [had, has] = [new Set(before.names), new Set(names)]
  const lost = before.names.filter((name) => !has.has(name))
  const found = names.filter((name) => !had.has(name))
  const renamed = renames(before.names, names, lost, found)
  const now = new Map(renamed.map(({ from, to }) => [from, to]))
  const renamings = new Set(now.values())
  const added = found.filter((name) => !renamings.has(name))
  const gone = lost.filter((name) => !now.has(name))
  const isNew = new Set(added)
  const kept = before.names
    .filter((name) => has.has(name) || now.has(name))
    .map((name) => now.get(name) ?? name)
  const reordered = !isEqual(
    kept,
    names.filter((name) => !isNew.has(name)),
  )
  const shortened = renamed.map(({ from, to }) => ({ from: short(from), to: short(to) }))
  const lists = { added: shown(added), gone: shown(gone), renamed: shortened.slice(0, most.names) }
  return { since: before.since, ...lists, reordered, done }
}

const isEqual = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((name, i) => name === others[i])

/** One that went and one that came are a renaming when they look alike, or stand in the same place of as many columns. */
function renames(before: readonly string[], names: readonly string[], lost: string[], found: string[]) {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_.-]/g, '')
  const left = new Set(found)
  const alike = new Map(found.map((name) => [plain(name), name]))
  const renamed: Drift['renamed'] = []
  const take = (from: string, to: string | undefined) => {
    if (to !== undefined && left.delete(to)) renamed.push({ from, to })
  }
  for (const from of lost) take(from, alike.get(plain(from)))
  if (before.length !== names.length) return renamed
  const gone = new Set(lost)
  const known = new Set(renamed.map(({ from }) => from))
  for (const [i, from] of before.entries()) if (gone.has(from) && !known.has(from)) take(from, names[i])
  return renamed
}

const short = (name: string) => (name.length > most.characters ? `${name.slice(0, most.characters)}…` : name)

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
  const what = changes.length > 0 ? changes.join('; ') : 'a name that is there more or less often'
  return `the header is not the one since run ${since}: ${what}; ${done === 'taken' ? 'it was taken, as fieldsMatch allows' : 'it was refused'}`
}
