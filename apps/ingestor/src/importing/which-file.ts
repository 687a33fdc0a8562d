/**
 * Which file a run reads: the one at its address, the newest that is there, where the address has a date in it, or the next new one, where it
 * is a pattern, of any of its dates.
 */
import { createHash } from 'node:crypto'
import { datedAddresses, isKeyedByRowNumber, isPattern, type Dataset } from '@dsf/dataset'
import { openSource, type Source } from '../sources/open-source.ts'
import { withinPace } from '../sources/pace.ts'
import { printable } from '../sources/guard-address.ts'
import { listSources } from '../sources/list-source.ts'
import { addressOf } from '../sources/pattern.ts'
import { forgotten, nextFile, withFile, type FilesRead } from './new-files.ts'
import { isSameFile, type SameFile, type SentBefore } from '../sources/source-client.ts'
import { optionsOf, type FetchContext } from './source-options.ts'
import { SourceError } from '../source-error.ts'

/** Whose source it is. */
export interface Import {
  run: string
  source: string
  /** fills in a date in the source, so that a second fetch reads the same file */
  requested_at: number
}

/** What a source with a date or a pattern in it became. */
export interface Found {
  address?: string
  /** of a pattern: what was read of it, with this file */
  files?: FilesRead
  /** new files behind this one */
  waiting?: number
}

/** The file of a run before, as far as its rows were read by the same definition. */
export type Before = SentBefore & { sha256: string }

export type ImportContext = FetchContext & {
  before?: Before
  /** what was read of the pattern before */
  read?: FilesRead
}

/** The source, or, where there is a date in it, the newest that is there. */
export async function openFileOf(
  dataset: Dataset,
  run: Import,
  context: ImportContext,
): Promise<(Source | SameFile) & Found> {
  if (isPattern(run.source) && isKeyedByRowNumber(dataset)) throw new SourceError(manyOfRowOne)
  if (isPattern(run.source))
    return withinPace(context, 'to look for a new file', (within) => openNext(dataset, run, within))
  const addresses = datedAddresses(run.source, run.requested_at, dataset.source.lookBack)
  if (!addresses) return openAt(dataset, run.source, context, context.before)
  return withinPace(context, 'to look for the newest file', (within) =>
    openNewest(dataset, run.source, addresses, within),
  )
}

/** A definition with such a source is refused; a request may name another one. */
const manyOfRowOne =
  'the key of the dataset is the number of a row and nothing else, and each of several files begins with row 1: name one file, or add a field to the primaryKey'

async function openNewest(
  dataset: Dataset,
  dated: string,
  addresses: string[],
  context: ImportContext,
): Promise<(Source | SameFile) & Found> {
  let missing: SourceError | undefined
  for (const address of addresses) {
    try {
      return await openDated(dataset, dated, address, context)
    } catch (error) {
      if (!(error instanceof SourceError) || !error.isMissing) throw error
      missing ??= error
    }
  }
  const others = addresses.length > 1 ? `, nor is one of the ${addresses.length - 1} before it` : ''
  throw new SourceError(
    `${missing!.message}${others}; source.lookBack of the definition looks for ${others ? 'more' : 'those before it'}`,
  )
}

/** Each address has a file of its own, as if the source had redirected to it. */
async function openDated(
  dataset: Dataset,
  dated: string,
  address: string,
  context: ImportContext,
): Promise<(Source | SameFile) & Found> {
  const { source } = dataset
  const place = createHash('sha256').update(address).digest('hex')
  const before = context.before?.redirected === place ? { ...context.before, redirected: null } : undefined
  const own = source.url === dated ? { ...dataset, source: { ...source, url: address } } : dataset
  const opened = await openAt(own, address, context, before)
  return { ...opened, redirected: opened.redirected ?? place, address }
}

async function openAt(
  dataset: Dataset,
  source: string,
  context: ImportContext,
  known: SentBefore | undefined,
): Promise<Source | SameFile> {
  const { url, options } = await optionsOf(dataset, source, context)
  return openSource(url, { ...options, known })
}

/** So long after it was last written to a file is taken to be whole; an object of a bucket is not there before. */
const settledMs = 60_000

/** The next new file of a pattern. Which one it is, and what is known of it then, counts with the landing. */
async function openNext(
  dataset: Dataset,
  run: Import,
  context: ImportContext,
): Promise<(Source | SameFile) & Found> {
  const { order = 'time', skip = [] } = dataset.source
  const { url, options } = await optionsOf(dataset, run.source, context)
  const patterns = patternsOf(dataset, run, url)
  const pattern = new URL(patterns[0]!)
  const until = pattern.protocol === 's3:' ? Infinity : Date.now() - settledMs
  const after = order === 'name' ? forgotten(context.read, order).upTo?.path : undefined
  const listing = listSources(patterns, options, after)
  const { file, waiting, matching } = await nextFile(listing, { order, skip, until }, context.read)
  if (!file && context.read) return { same: 'no new file' }
  if (!file) throw new SourceError(noneOf(printable(pattern), patterns.length - 1, matching))
  const address = addressOf(pattern, file.path)
  const opened = await openListed(dataset, address, context)
  if (isSameFile(opened)) return opened
  const files = withFile(context.read, { pattern: run.source, order }, file, run.run)
  return { ...opened, address, waiting, files }
}

/** That of the date at which the run was requested comes first. */
const patternsOf = ({ source: { lookBack } }: Dataset, { requested_at }: Import, url: string): string[] =>
  datedAddresses(url, requested_at, lookBack) ?? [url]

const openListed = (dataset: Dataset, address: string, context: ImportContext): Promise<Source | SameFile> =>
  openAt(dataset, address, context, undefined).catch((error: unknown) => {
    if (error instanceof SourceError && error.isMissing)
      throw new SourceError(`${error.message}; it was there when its folder was looked at`, {
        transient: true,
      })
    throw error
  })

const noneOf = (name: string, earlier: number, matching: number): string =>
  matching === 0
    ? `no file matches ${name}${earlier > 0 ? `, or the same of a date before it (source.lookBack is ${earlier})` : ''}`
    : `no file matches ${name} that was written more than ${settledMs / 1000} s ago: a younger one may still be in the writing`
