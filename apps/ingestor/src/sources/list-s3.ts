import { text } from 'node:stream/consumers'
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { checkUrl, printable } from './guard-address.ts'
import { meter } from './meter-body.ts'
import { openHttp } from './open-http.ts'
import { addressIn, whyRefused } from './open-s3.ts'
import { segmentsOf } from './pattern.ts'
import { isSameFile, type SourceOptions } from './source-client.ts'
import { mostEntries, tooMany, type Listed } from './walk-folders.ts'
import { SourceError } from '../source-error.ts'

/**
 * The objects of a bucket that a pattern leads to, in the order of their names. Only those are asked for that begin as the pattern does.
 * @param after behind this name
 */
export async function* listS3(
  url: URL,
  options: SourceOptions,
  after?: string,
): AsyncGenerator<Listed, undefined> {
  const name = printable(url)
  const segments = segmentsOf(url)
  const isWanted = (names: string[]) =>
    names.length === segments.length && segments.every((segment, i) => segment.matches(names[i]!))
  const asked = { 'list-type': '2', 'encoding-type': 'url', prefix: prefixOf(url) }
  const from: Record<string, string> = after === undefined ? {} : { 'start-after': after.slice(1) }
  let [entries, token] = [0, undefined as string | undefined]
  do {
    const more: Record<string, string> = token === undefined ? from : { 'continuation-token': token }
    const page = pageOf(await answered(url, { ...asked, ...more }, options), name)
    for (const object of page.objects) {
      if (++entries > mostEntries) throw new SourceError(tooMany(name))
      if (isWanted(object.path.slice(1).split('/'))) yield object
    }
    token = page.next
  } while (token !== undefined)
}

const prefixOf = ({ pathname }: URL): string =>
  decodeURIComponent(pathname.slice(1, pathname.includes('*') ? pathname.indexOf('*') : undefined))

/** Of a page, which tells a thousand names. */
const longestPage = 8 * 2 ** 20

async function answered(url: URL, query: Record<string, string>, options: SourceOptions): Promise<string> {
  const address = await addressIn(url, '', options.access?.s3 ?? {}, query)
  const asked = { ...options, maxBytes: longestPage, known: undefined, from: undefined }
  const opened = await openHttp(checkUrl(address, options.allow), { ...asked, whyRefused })
  if (isSameFile(opened)) throw new SourceError(`${opened.same} says nothing of a bucket`)
  const { stream } = await meter(opened.body, {
    ...{ ...asked, name: opened.name, told: undefined, contentLength: opened.length },
  })
  return text(stream)
}

const parser = new XMLParser({
  // a name may be a number, and begin or end with white space, which is escaped
  parseTagValue: false,
  isArray: (tag) => tag === 'Contents',
})

const listing = z.object({
  ListBucketResult: z.object({
    Contents: z
      .array(
        z.object({
          Key: z.string(),
          LastModified: z.iso.datetime({ offset: true }),
          ETag: z.string(),
          Size: z.coerce.number(),
        }),
      )
      .default([]),
    NextContinuationToken: z.string().optional(),
  }),
})

function pageOf(xml: string, name: string): { objects: Listed[]; next: string | undefined } {
  try {
    const { Contents, NextContinuationToken: next } = listing.parse(parser.parse(xml)).ListBucketResult
    const objects = Contents.map(({ Key, LastModified, ETag, Size }) => ({
      ...{ path: `/${decodeURIComponent(Key.replaceAll('+', ' '))}`, size: Size },
      ...{ modifiedMs: Date.parse(LastModified), etag: ETag.replaceAll(/"|&(quot|#34);/g, '') },
    }))
    return { objects, next }
  } catch (cause) {
    throw new SourceError(`${name} is listed by its server in words that cannot be read`, { cause })
  }
}
