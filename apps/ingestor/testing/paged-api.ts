/** An API that gives its rows in pages, and what comes of them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { PagesOptions } from '../src/sources/http-options.ts'
import { openSource } from '../src/sources/open-source.ts'
import type { SourceOptions } from '../src/sources/source-client.ts'
import { listen } from './listen.ts'

export const dialect = { delimiter: ',', quoteChar: '"', skipInitialSpace: false, header: true }
export const usual: SourceOptions & { known?: undefined } = {
  ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 1_000_000 },
  pace: { maxSeconds: 1800, minBytesPerSecond: 0 },
  timeouts: { connect: 400, headers: 400, idle: 400, second: 10 },
}
export type Answer = (query: URLSearchParams, response: ServerResponse, request: IncomingMessage) => void
export type Pages = Partial<PagesOptions> & Pick<PagesOptions, 'by'>

/** Answers as told, and remembers what it was asked. */
export async function serve(answer: Answer) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    answer(new URL(request.url!, 'http://a').searchParams, response, request)
  })
  const port = await listen(server)
  return { url: `http://127.0.0.1:${port}/rows`, asked }
}

export async function read(url: string, pages: Pages, more: Partial<SourceOptions> = {}): Promise<string> {
  const http = { pages: { maxPages: 100, dialect, ...pages } }
  const { stream } = await openSource(url, { ...usual, ...more, known: undefined, http })
  return (await buffer(stream)).toString()
}

/** Seven rows, of which one has a line end in quotes, in parts behind the header. */
const all = ['1,a', '2,"b\nb"', '3,c', '4,d', '5,e', '6,f', '7,g']
const header = 'id,name'
export const whole = [header, ...all, ''].join('\n')
export const part = (from: number, count: number) => [header, ...all.slice(from, from + count), ''].join('\n')

export const slices: Answer = (query, response) =>
  response.end(part(Number(query.get('skip')), Number(query.get('top') ?? 3)))
export const offset = { by: 'offset', parameter: 'skip', limitParameter: 'top', limit: 3 } as const
