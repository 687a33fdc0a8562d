/** What the headers of an answer say of the version that its bytes are of. */
import { createHash } from 'node:crypto'
import { printable } from './guard-address.ts'
import type { From, Marks, SameBy, SentBefore, Version } from './source-client.ts'
import { ChangedError } from '../source-error.ts'

export type Headers = Record<string, string | string[] | undefined>

/** What the last address is known by: it may carry a signature, so not by itself. Undefined where nothing redirected. */
export const redirectedTo = (first: URL, last: URL): string | undefined =>
  last.href === first.href ? undefined : createHash('sha256').update(last.href).digest('hex')

/** What is known of the file at this address; a tag or a time of another one says nothing of it. */
export const knownAt = (known: SentBefore | undefined, redirected: string | undefined) =>
  known && (known.redirected ?? undefined) === redirected ? known : undefined

/** Asks for news only, where something is known by which to ask. */
export const conditions = (known: SentBefore | undefined): Record<string, string> => ({
  ...(known?.etag ? { 'if-none-match': known.etag } : {}),
  ...(known?.modified ? { 'if-modified-since': known.modified } : {}),
})

export const notModified = ({ etag }: SentBefore): SameBy => (etag ? 'etag' : 'last-modified')

/** For servers that do not answer conditions. A weak tag says that something is much the same, which is for the server to say. */
export function sameBy(known: SentBefore | undefined, version: Version, length: number | undefined) {
  if (!known) return undefined
  if (version.etag !== undefined && known.etag !== null)
    return version.etag === known.etag && isStrong(version.etag) ? 'etag' : undefined
  const isSameTime = version.modified !== undefined && version.modified === known.modified
  return isSameTime && length === known.bytes ? 'size and time' : undefined
}

const isStrong = (etag: string): boolean => etag.startsWith('"')

/** A time of modification that is not a second old says nothing of what comes in that second (RFC 9110, 8.8.2.2). */
export function versionOf(headers: Headers): Version {
  const [etag, modified] = [text(headers.etag), text(headers['last-modified'])]
  return { etag, modified: settledMs(headers) >= 1000 ? modified : undefined }
}

/** How old the file was when it was sent, by the server's clock; NaN when it does not say. */
const settledMs = (headers: Headers): number =>
  Date.parse(text(headers.date) ?? '') - Date.parse(text(headers['last-modified']) ?? '')

/** Only what names bytes: a weak tag, or a time in which two versions fit, would let us glue them together (RFC 9110, 13.1.5). */
export function validatorOf(headers: Headers): string | undefined {
  if (text(headers['accept-ranges']) === 'none') return undefined
  const etag = text(headers.etag)
  if (etag !== undefined) return isStrong(etag) ? etag : undefined
  return settledMs(headers) >= 60_000 ? text(headers['last-modified']) : undefined
}

export const marksOf = (headers: Headers, url: URL, total: number | undefined): Marks => ({
  place: url.origin + url.pathname,
  etag: text(headers.etag),
  modified: text(headers['last-modified']),
  contentEncoding: encodingOf(headers),
  total,
})

/**
 * How much of the rest is sent, and what is known of the version by now. Servers are not trusted to have looked at If-Range: the answer must
 * have the validator itself, and contradict nothing that was said before.
 * @throws SourceError, after which the file is fetched anew, unless the answer is of the rest of that very version
 */
export function restOf({ byte, validator, marks }: From, statusCode: number, headers: Headers, url: URL) {
  const [first, last, total] = rangeSent(headers, marks.total)
  const current = marksOf(headers, url, total)
  const isPart = statusCode === 206 && first === byte && last! >= first && last! < total!
  if (isPart && [current.etag, current.modified].includes(validator) && agree(marks, current))
    return { length: last! - first + 1, marks: { ...marks, ...said(current) } }
  throw new ChangedError(`${printable(url)} changed while it was fetched, or cannot be continued`)
}

/** First byte, last byte, and the length of the whole, which must be known by now. */
function rangeSent(headers: Headers, known: number | undefined): (number | undefined)[] {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(text(headers['content-range']) ?? '')
  return range ? [Number(range[1]), Number(range[2]), range[3] === '*' ? known : Number(range[3])] : []
}

const agree = (before: Marks, now: Marks): boolean =>
  Object.entries(said(now)).every(([name, value]) => [undefined, value].includes(before[name as keyof Marks]))

/** An answer to If-Range may leave out what the first one said (RFC 9110, 15.3.7). */
const said = (marks: Marks): Partial<Marks> =>
  Object.fromEntries(Object.entries(marks).filter(([, value]) => value !== undefined && value !== ''))

export const encodingOf = (headers: Headers): string | undefined =>
  (text(headers['content-encoding']) ?? '')
    .split(',')
    .map((each) => each.trim().toLowerCase().replace(/^x-/, ''))
    .filter((each) => each !== 'identity')
    .join()

export function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
