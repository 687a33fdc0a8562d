/** A source that is a pattern over a folder or a bucket: a `*` stands for any characters of one name, also of a folder's. */
import { nameLike } from '../reading/name-like.ts'
import { printable } from './guard-address.ts'
import { pathIn } from './remote-file.ts'
import { SourceError } from '../source-error.ts'

/** A name between two slashes, or what it must be like. */
export interface Segment {
  /** undefined for a pattern */
  name: string | undefined
  matches: (name: string) => boolean
}

/** @throws SourceError when it cannot be one of names */
export function segmentsOf(url: URL): Segment[] {
  pathIn(url, printable(url))
  return url.pathname
    .split('/')
    .slice(1)
    .map((text) => {
      const parts = text.split('*').map(decodeURIComponent)
      const [name] = parts
      return parts.length > 1
        ? { name: undefined, matches: matcherOf(parts) }
        : { name, matches: (other) => other === name }
    })
}

/** As in a shell, a point at the beginning must be written. What ends with a slash in a bucket has an empty name, which is like no pattern. */
function matcherOf(parts: string[]): (name: string) => boolean {
  const isLike = nameLike(parts)
  return (name) => name !== '' && !(parts[0] === '' && name.startsWith('.')) && isLike(name)
}

/**
 * The address of a file that a pattern led to.
 * @throws SourceError when its name cannot be written in one: no text, or one that addresses read otherwise
 */
export function addressOf(pattern: URL, path: string): string {
  try {
    const address = `${pattern.protocol}//${pattern.host}${path.split('/').map(escaped).join('/')}`
    if (!path.includes('\ufffd') && pathIn(new URL(address), '') === path) return address
  } catch {
    // half a character, or a line feed
  }
  throw new SourceError(
    `${printable(pattern)} matches ${JSON.stringify(path.slice(0, 300))}, which cannot be written as an address: rename it, or leave it out by source.skip of the definition`,
  )
}

const escaped = (name: string): string => encodeURIComponent(name).replaceAll('*', '%2A')
