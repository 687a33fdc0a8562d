/** What servers of files say of one: how long it is, and when it was written. They have no tags, which would tell its versions apart. */
import { SourceError, ChangedError } from '../source-error.ts'
import { tooLong, type Opened, type SameFile, type SourceOptions } from './source-client.ts'

/** Left out is what the server does not say. */
export interface RemoteFile {
  size?: number
  /** ms since 1970; most servers know seconds only */
  modifiedMs?: number
}

/** As long as this after a file was written, one second may have had two versions of it; clocks differ by some seconds, too. */
const settledMs = 60_000

/**
 * What is known of a version before its bytes; or that it is the one that was read before.
 * @throws ChangedError when the rest is asked for of another version
 */
export function versionAt(
  name: string,
  { size, modifiedMs }: RemoteFile,
  { known, from, maxBytes }: Pick<SourceOptions, 'known' | 'from' | 'maxBytes'>,
): SameFile | Omit<Opened, 'body'> {
  if ((size ?? 0) > maxBytes) throw new SourceError(tooLong(name, maxBytes))
  const modified = settledTime(modifiedMs)
  const validator = validatorOf(size, modified)
  if (from && from.validator !== validator) throw changed(name)
  if (validator && known && validator === validatorOf(known.bytes, known.modified))
    return { same: 'size and time', modified }
  const length = size === undefined ? undefined : size - (from ? from.byte : 0)
  return { name, length, modified, validator, marks: { place: name, modified, total: size } }
}

const validatorOf = (size: number | undefined, modified: string | null | undefined): string | undefined =>
  size === undefined || !modified ? undefined : `${size} ${modified}`

const settledTime = (ms: number | undefined): string | undefined =>
  ms !== undefined && Date.now() - ms >= settledMs ? new Date(ms).toISOString() : undefined

/** Whoever wrote to it meanwhile left us a mixture. */
export function checkUnchanged(name: string, before: RemoteFile, after: RemoteFile): void {
  if (before.size !== after.size || before.modifiedMs !== after.modifiedMs) throw changed(name)
}

const changed = (name: string) =>
  new ChangedError(`${name} changed while it was fetched, or cannot be continued`)

/** The path of a file as its server knows it. */
export function pathIn({ pathname, search, hash }: URL, name: string): string {
  try {
    const path = decodeURIComponent(pathname)
    // a line feed would be a command of its own
    if (search === '' && hash === '' && !/[\x00-\x1f\x7f]/.test(path)) return path
  } catch {
    // a percent sign that stands for nothing
  }
  throw new SourceError(`${name} names no file: in a name %, ? and # are written as %25, %3F and %23`)
}
