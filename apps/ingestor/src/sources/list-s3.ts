import { text } from 'node:stream/consumers'
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { checkUrl, printable } from './guard-address.ts'
import { meter } from './meter-body.ts'
import { openHttp } from './open-http.ts'
import { addressIn, whyRefused } from './open-s3.ts'
import { segmentsOf, type Segment } from './pattern.ts'
import { isSameFile, type SourceOptions } from './source-client.ts'
import { mostEntries, tooMany, type Listed } from './walk-folders.ts'
import { SourceError } from '../source-error.ts'

/**
 * The objects of a bucket that patterns lead to, each once. Only those are asked for that begin as one of them does.
 * @param after behind this name
 */
export async function* listS3(
  urls: readonly URL[],
  options: SourceOptions,
  after?: string,
): AsyncGenerator<Listed, undefined> {
  let entries = 0
  const patterns = urls.map((url) => ({ segments: segmentsOf(url), prefix: prefixOf(url) }))
  // those that differ in their dates alone begin alike, or no name begins as two of them do
  for (const [prefix, alike] of Map.groupBy(patterns, ({ prefix }) => prefix))
    for await (const object of objectsOf(urls[0]!, prefix, options, after)) {
      if (++entries > mostEntries) throw new SourceError(tooMany(printable(urls[0]!), urls.length - 1))
      const names = object.path.slice(1).split('/')
      if (alike.some(({ segments }) => isLedTo(segments, names))) yield object
    }
}

const isLedTo = (segments: Segment[], names: string[]): boolean =>
  names.length === segments.length && segments.every((segment, i) => segment.matches(names[i]!))

async function* objectsOf(
  bucket: URL,
  prefix: string,
  options: SourceOptions,
  after: string | undefined,
): AsyncGenerator<Listed, undefined> {
  const asked = { 'list-type': '2', 'encoding-type': 'url', prefix }
  const from: Record<string, string> = after === undefined ? {} : { 'start-after': after.slice(1) }
  let token: string | undefined
  do {
    const more: Record<string, string> = token === undefined ? from : { 'continuation-token': token }
    const page = pageOf(await answered(bucket, { ...asked, ...more }, options), printable(bucket))
    yield* page.objects
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
    ...{ ...asked, name: opened.name, declared: undefined, contentLength: opened.length },
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
