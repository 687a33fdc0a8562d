import { basename } from 'node:path'
import { indexTemplate, pathSegment, type Dataset, type Row } from '@dsf/dataset'
import { FatalError } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { bulkWriter } from './bulk-body.ts'
import { named, ofDataset, type Index } from './elasticsearch.ts'
import { readInParts, readRows } from './read-object.ts'

export interface Reindexing {
  dataset: Dataset
  store: ObjectStore
  index: Index
  say: (line: string) => void
  /** rows that are refused stay out; otherwise they end it */
  withoutRefused?: boolean | undefined
}

/** Kept in an index's mapping: a run that was broken off behind the move is known by it. */
type State = 'catching up' | 'complete'

const sayEveryMs = 5000

/**
 * Fills a new version of a dataset's index, made from the present template, out of the lake, and moves the alias to it in one
 * step. Stages go on meanwhile and readers always have a whole index: what was indexed into the old one during the filling is
 * in objects that are listed again before and behind the move, and versions make every repetition harmless. The old index
 * stays until `dropOld`. Broken off anywhere and started again, it does the rest. One at a time for a dataset.
 * @throws FatalError, and the alias stays where it is, when a row is refused, or the new index would hold fewer documents than the old one
 */
export async function reindex(work: Reindexing): Promise<string> {
  const { dataset, index, say } = work
  const old = await currentIndex(work)
  if ((await stateOf(index, old)) === 'catching up') {
    say(`${old}: goes on where the last run was broken off`)
    await fill(work, old, await objectsOf(work))
    await setState(index, old, 'complete')
    return old
  }
  const next = `${index.nameOf(dataset.name)}-v${versionOf(old) + 1}`
  const wanted = await count(index, old)
  await create(work, next)
  const first = await objectsOf(work)
  await fill(work, next, first)
  const meanwhile = await objectsOf(work, first)
  await fill(work, next, meanwhile)
  await moveUnlessSmaller(work, { old, next, wanted })
  await fill(work, next, await objectsOf(work, [...first, ...meanwhile]))
  await setState(index, next, 'complete')
  return next
}

/** Deletes the versions before the present one. Returns their names. */
export async function dropOld(work: Reindexing): Promise<string[]> {
  const { dataset, index } = work
  const current = versionOf(await currentIndex(work))
  const found = await index.call('indices', (client) =>
    client.indices.get({ index: `${index.nameOf(dataset.name)}-v*` }),
  )
  const old = Object.keys(found).filter(
    (name) => isVersionOf(index.nameOf(dataset.name), name) && versionOf(name) < current,
  )
  for (const name of old)
    await index.call(`delete ${name}`, (client) => client.indices.delete({ index: name }))
  return old
}

const versionOf = (name: string): number => Number(/\d+$/.exec(name)![0])
/** The pattern of `a` also finds the indices of a dataset that is called `a-v2-b`. */
const isVersionOf = (alias: string, index: string): boolean =>
  index.startsWith(`${alias}-v`) && /^\d+$/.test(index.slice(alias.length + 2))

async function currentIndex({ dataset, index }: Reindexing): Promise<string> {
  const names = await index.call('alias', (client) =>
    client.indices.getAlias({ name: index.nameOf(dataset.name) }),
  )
  return Object.keys(names)[0]!
}

async function stateOf(index: Index, name: string): Promise<State | undefined> {
  const found = await index.call('mapping', (client) => client.indices.getMapping({ index: name }))
  return found[name]!.mappings._meta?.['reindex'] as State | undefined
}

const setState = (index: Index, name: string, reindex: State) =>
  index.call('mapping', (client) => client.indices.putMapping({ index: name, _meta: { reindex } }))

/** Nobody reads or writes what stands there without the alias: a run before left it. */
async function create({ dataset, index, say }: Reindexing, name: string): Promise<void> {
  const template = named(ofDataset(dataset), index.nameOf)
  await index.call(`create ${name}`, async (client) => {
    await client.indices.putIndexTemplate({ name: template.name, ...template.template })
    await client.indices.delete({ index: name, ignore_unavailable: true })
    // nobody searches it yet
    await client.indices.create({ index: name, settings: { refresh_interval: '-1' } })
  })
  say(`${name}: made`)
}

/** Keys of the lake's objects of rows that are not among `known`, in the order of their records. */
async function objectsOf({ dataset, store }: Reindexing, known: string[] = []): Promise<string[]> {
  const seen = new Set(known)
  const lake = `lake/dataset=${pathSegment(dataset.name)}/`
  const keys = (await store.list(lake)).filter((key) => !key.startsWith(`${lake}table=`))
  const order = (a: string, b: string) => (basename(a) < basename(b) ? -1 : 1)
  return keys.filter((key) => !seen.has(key)).toSorted(order)
}

/** @throws FatalError with the reason of the first row that is refused, behind the last one */
async function fill(work: Reindexing, into: string, keys: string[]): Promise<void> {
  const { dataset, store, index, say } = work
  const toBodies = bulkWriter(dataset, { index: into })
  let [objects, rows, refusals, said] = [0, 0, 0, Date.now()]
  let first: string | undefined
  const read = async (key: string) => readRows(dataset, key, await store.get(key))
  await readInParts(keys, read, async (part, rowsOf) => {
    for (const body of toBodies(rowsOf.flat())) {
      const { refused } = await index.bulk(body, { target: 'index' })
      refusals += refused.length
      first ??= refused[0] && `${nameOf(body.rows[refused[0].at]!)}: ${refused[0].reason}`
      rows += body.rows.length
    }
    objects += part.length
    if (Date.now() - said < sayEveryMs) return
    say(`${into}: ${rows} rows of ${objects} of ${keys.length} objects`)
    said = Date.now()
  })
  say(`${into}: ${rows} rows of ${keys.length} objects, ${refusals} refused`)
  if (first === undefined) return
  if (!work.withoutRefused)
    throw new FatalError(
      `${into} refused ${refusals} of ${rows} rows, the first is ${first}. The alias stays. Mend the definition, or leave such rows out with --without-refused`,
    )
  say(`${into}: left out ${first}`)
}

const nameOf = ({ dsf_run, dsf_row }: Row): string => `row ${dsf_row} of run ${dsf_run}`

interface Move {
  old: string
  next: string
  /** documents of the old index before the new one was filled */
  wanted: number
}

async function moveUnlessSmaller({ dataset, index, say }: Reindexing, { old, next, wanted }: Move) {
  const { refresh_interval } = indexTemplate(dataset).template.settings
  await index.call(next, (client) =>
    client.indices.putSettings({ index: next, settings: { refresh_interval } }),
  )
  const documents = await count(index, next)
  if (documents < wanted)
    throw new FatalError(
      `${next} holds ${documents} documents, ${old} ${wanted}: the alias stays. Rows were refused, or objects are missing from the lake.`,
    )
  await setState(index, next, 'catching up')
  const alias = index.nameOf(dataset.name)
  const actions = [{ remove: { index: old, alias } }, { add: { index: next, alias, is_write_index: true } }]
  await index.call('alias', (client) => client.indices.updateAliases({ actions }))
  say(`${alias}: now ${next} with ${documents} documents; ${old} is kept`)
}

async function count(index: Index, name: string): Promise<number> {
  await index.call('refresh', (client) => client.indices.refresh({ index: name }))
  return (await index.call('count', (client) => client.count({ index: name }))).count
}
