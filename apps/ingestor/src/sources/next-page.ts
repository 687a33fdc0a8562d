/** Where the pages of an API begin. */
import Link from 'http-link-header'
import { checkUrl, printable } from './guard-address.ts'
import type { PagesOptions } from './http-options.ts'
import { text, type Headers } from './http-version.ts'
import { SourceError } from '../source-error.ts'

/** A page that has come. */
export interface Came {
  /** how it is named in sentences */
  name: string
  headers: Headers
  /** where it came from, behind redirects */
  url: URL
  /** of this page */
  rows: number
}

/** Of the pages so far, this one included. */
export interface SoFar {
  first: URL
  pages: number
  rows: number
}

/** A name may be `$offset`, which some servers know only as it stands. */
const withParameter = (url: URL, name: string, value: string | number): URL => {
  const to = new URL(url)
  to.search = `${url.search}${url.search ? '&' : '?'}${name}=${encodeURIComponent(value)}`
  return to
}

/** @throws SourceError when the address already says what the paging is to say */
export function firstPage(url: URL, paging: PagesOptions): URL {
  for (const name of [paging.parameter, paging.limitParameter])
    if (name !== undefined && url.searchParams.has(name))
      throw new SourceError(
        `${printable(url)} has the parameter ${JSON.stringify(name)} already, which source.pages of the definition sets: take it out of the URL`,
      )
  return paging.by === 'offset' || paging.by === 'number' ? counted(url, paging, { pages: 0, rows: 0 }) : url
}

/**
 * Undefined behind the last page.
 * @throws SourceError when we do not go to it
 */
export function nextPage(
  paging: PagesOptions,
  sofar: SoFar,
  came: Came,
  allow: readonly string[],
): URL | undefined {
  if (paging.by === 'link') return linked(came, sofar.first, allow)
  if (paging.by === 'cursor') return behindCursor(paging, sofar.first, came)
  const isLast = came.rows === 0 || (paging.last === 'short' && came.rows < paging.limit!)
  return isLast ? undefined : counted(sofar.first, paging, sofar)
}

/** An offset is that of the rows that came: a server that gives fewer than it is asked for leaves none out. */
function counted(first: URL, paging: PagesOptions, { pages, rows }: Pick<SoFar, 'pages' | 'rows'>): URL {
  const { by, parameter, limit, limitParameter } = paging
  const at = by === 'offset' ? (paging.first ?? 0) + rows : (paging.first ?? 1) + pages
  const url = withParameter(first, parameter!, at)
  return limitParameter === undefined ? url : withParameter(url, limitParameter, limit!)
}

function behindCursor({ parameter, header }: PagesOptions, first: URL, { headers }: Came): URL | undefined {
  const cursor = text(headers[header!.toLowerCase()])?.trim()
  return cursor ? withParameter(first, parameter!, cursor) : undefined
}

/** By `Link: <…>; rel="next"` (RFC 8288), which is asked like the first page: so it must be of the same server. */
function linked({ name, headers, url }: Came, first: URL, allow: readonly string[]): URL | undefined {
  const [next] = linksOf(headers, name).rel('next')
  if (!next) return undefined
  const to = URL.parse(next.uri, url.href)
  if (!to) throw new SourceError(`${name} links to a next page that is no URL`)
  to.hash = ''
  if (to.origin === first.origin && to.username === '' && to.password === '') return checkUrl(to, allow)
  throw new SourceError(
    `${name} links to a next page of ${to.origin.slice(0, 200)}; only pages of ${first.origin} are asked for`,
  )
}

function linksOf(headers: Headers, name: string): Link {
  try {
    // the parser takes a second for 16 KiB of blanks
    return Link.parse([headers['link'] ?? []].flat().join(', ').replace(/\s+/g, ' '))
  } catch {
    throw new SourceError(`${name} has a header Link that cannot be read`)
  }
}
