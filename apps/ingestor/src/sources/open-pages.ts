/** The pages of an API as one file: the header of the first one, and the rows of all. */
import { createHash } from 'node:crypto'
import { shorten } from '@dsf/dataset'
import type { Dispatcher } from 'undici'
import { printable } from './guard-address.ts'
import type { PagesOptions } from './http-options.ts'
import { firstPage, nextPage } from './next-page.ts'
import { countRows, cutPage } from './page-rows.ts'
import { readPage, type Page } from './read-page.ts'
import { sourceAgent } from './source-agent.ts'
import { usualTimeouts, type Opened, type SourceOptions } from './source-client.ts'
import { SourceError } from '../source-error.ts'
import { stoppedStream } from './stopped-stream.ts'

/**
 * Asks for one page after the other, as fast as they are taken. Of the whole no server says a version or a length, so that it is known by its
 * content alone. A set that changes between two pages may have a row twice or not at all, which nothing in them tells.
 */
export function openPages(first: URL, options: SourceOptions): Promise<Opened> {
  const asked = { ...options, known: undefined }
  const body = stoppedStream((signal) => connected(first, { ...asked, signal }), options.signal)
  return Promise.resolve({ name: printable(first), body })
}

async function* connected(first: URL, options: SourceOptions): AsyncGenerator<Buffer, undefined> {
  const timeout = options.timeouts?.connect ?? usualTimeouts.connect
  const agent = sourceAgent({ ...options, ca: options.access?.ca, timeout })
  try {
    yield* pagesOf(first, agent, options)
  } finally {
    await agent.destroy()
  }
}

async function* pagesOf(first: URL, agent: Dispatcher, options: SourceOptions): AsyncGenerator<Buffer> {
  const paging = options.http!.pages!
  const one = new OneFile(paging)
  const sofar = { first, pages: 0, rows: 0 }
  const asked = new Set<string>()
  for (let url: URL | undefined = firstPage(first, paging); url;) {
    if (++sofar.pages > paging.maxPages)
      throw new SourceError(
        `${printable(first)} has more than ${paging.maxPages} pages; source.pages.maxPages of the definition allows more`,
      )
    asked.add(shortOf(url))
    const page = await readPage(url, sofar.pages, agent, options)
    const { parts, rows } = one.add(page)
    sofar.rows += rows
    yield* parts
    url = nextPage(paging, sofar, { ...page, rows }, options.allow)
    if (url && asked.has(shortOf(url)))
      throw new SourceError(`${page.name} leads back to a page that came before it, so that there is no end`)
  }
}

/** A page may have a long address, and a source 100,000 pages. */
const shortOf = ({ href }: URL): string => createHash('sha256').update(href).digest('base64').slice(0, 22)

const lineEnd = Buffer.from('\n')

/** What of a page goes on, and whether it fits behind those before it. */
class OneFile {
  readonly #paging: PagesOptions
  readonly #isCounted: boolean
  #header: Buffer | undefined
  #hasBegun = false
  #isLineEnded = true
  #rowsBefore = ''
  /** the page before, when it ends inside of a quote */
  #open: string | undefined

  constructor(paging: PagesOptions) {
    this.#paging = paging
    this.#isCounted = paging.by === 'offset' || paging.by === 'number'
  }

  /** The first page as it stands, with a byte order mark that it may have; of the others their rows. */
  add({ name, bytes }: Page): { parts: Buffer[]; rows: number } {
    const { header, rows } = cutPage(bytes, this.#paging.dialect)
    this.#refuseOther(name, header)
    if (this.#isCounted && rows.length > 0) this.#refuseSame(name, rows)
    const isEmpty = header === undefined && rows.length === 0
    const part = isEmpty ? rows : this.#hasBegun ? rows : bytes
    if (part.length === 0) return { parts: [], rows: 0 }
    this.#refuseGlued(name)
    const { count, isOpen } = countRows(rows, this.#paging.dialect)
    if (isOpen) this.#open = name
    const parts = this.#isLineEnded ? [part] : [lineEnd, part]
    this.#hasBegun = true
    this.#isLineEnded = part.at(-1) === lineEnd[0]
    return { parts, rows: count }
  }

  #refuseOther(name: string, header: Buffer | undefined): void {
    if (header && this.#header && !header.equals(this.#header))
      throw new SourceError(
        `${name} has another header than the pages before it: ${shown(header)}, and not ${shown(this.#header)}`,
      )
    this.#header ??= header && Buffer.from(header)
  }

  /** At the end of a file such a quote ends with its line; in its middle it would take the rows that follow into its cell. */
  #refuseGlued(name: string): void {
    if (this.#open === undefined) return
    throw new SourceError(
      `${this.#open} ends inside of a quote that never closes, so that ${name} would be read as a part of its last cell`,
    )
  }

  /** A server that does not know the parameter sends its first page for ever. */
  #refuseSame(name: string, rows: Buffer): void {
    const now = createHash('sha256').update(rows).digest('hex')
    if (now === this.#rowsBefore)
      throw new SourceError(
        `${name} has the very rows of the page before it: its server seems not to look at the parameter ${JSON.stringify(this.#paging.parameter)}`,
      )
    this.#rowsBefore = now
  }
}

/** A header is said in a receipt, so its beginning only. */
const shown = (header: Buffer): string => JSON.stringify(shorten(header.toString(), 120))
