/** A source that is a pattern over a folder or a bucket: a `*` stands for any characters of one name, also of a folder's. */
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

/** In linear time: a run may name any pattern. As in a shell a name that begins with a point is for none that does not. */
function matcherOf(parts: string[]): (name: string) => boolean {
  const first = parts[0]!
  const last = parts.at(-1)!
  const between = parts.slice(1, -1)
  return (name) => {
    const end = name.length - last.length
    if (end < first.length || !name.startsWith(first) || !name.endsWith(last)) return false
    // what ends with a slash in a bucket is called nothing
    if (name === '' || (first === '' && name.startsWith('.'))) return false
    let at = first.length
    for (const part of between) {
      const found = name.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
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
