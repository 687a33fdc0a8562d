import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { listen } from '../../testing/listen.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import type { PagesOptions } from './http-options.ts'
import { openSource } from './open-source.ts'
import type { SourceOptions } from './source-client.ts'

const dialect = { delimiter: ',', quoteChar: '"', skipInitialSpace: false, header: true }
const usual: SourceOptions & { known?: undefined } = {
  ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 1_000_000 },
  pace: { maxSeconds: 1800, minBytesPerSecond: 0 },
  timeouts: { connect: 400, headers: 400, idle: 400, second: 10 },
}
type Answer = (query: URLSearchParams, response: ServerResponse, request: IncomingMessage) => void

/** An API that answers as told, and remembers what it was asked. */
async function serve(answer: Answer) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    answer(new URL(request.url!, 'http://a').searchParams, response, request)
  })
  const port = await listen(server)
  return { url: `http://127.0.0.1:${port}/rows`, asked }
}

const read = async (
  url: string,
  pages: Partial<PagesOptions> & Pick<PagesOptions, 'by'>,
  more: Partial<SourceOptions> = {},
) => {
  const http = { pages: { maxPages: 100, dialect, ...pages } }
  const { stream } = await openSource(url, { ...usual, ...more, known: undefined, http })
  return (await buffer(stream)).toString()
}

/** Seven rows, of which one has a line end in quotes, in parts behind the header. */
const all = ['1,a', '2,"b\nb"', '3,c', '4,d', '5,e', '6,f', '7,g']
const header = 'id,name'
const whole = [header, ...all, ''].join('\n')
const part = (from: number, count: number) => [header, ...all.slice(from, from + count), ''].join('\n')

const slices: Answer = (query, response) =>
  response.end(part(Number(query.get('skip')), Number(query.get('top') ?? 3)))

const offset = { by: 'offset', parameter: 'skip', limitParameter: 'top', limit: 3 } as const

describe('pages become one file, with the header once', () => {
  it('by offset, until an empty one', async () => {
    const { url, asked } = await serve(slices)
    expect(await read(`${url}?x=%20`, offset)).toBe(whole)
    expect(asked).toEqual([0, 3, 6, 7].map((skip) => `/rows?x=%20&skip=${skip}&top=3`))
  })

  it('by offset, until one that is short, where the definition says so', async () => {
    const { url, asked } = await serve(slices)
    expect(await read(url, { ...offset, last: 'short' })).toBe(whole)
    expect(asked).toHaveLength(3)
  })

  it('by offset, and none is left out by a server that gives fewer than it is asked for', async () => {
    const { url } = await serve((query, response) => response.end(part(Number(query.get('skip')), 2)))
    expect(await read(url, offset)).toBe(whole)
  })

  it('by number', async () => {
    const { url, asked } = await serve((query, response) =>
      response.end(part(3 * (Number(query.get('page')) - 1), 3)),
    )
    expect(await read(url, { by: 'number', parameter: 'page' })).toBe(whole)
    expect(asked).toEqual([1, 2, 3, 4].map((page) => `/rows?page=${page}`))
  })

  it('by the cursor of a header', async () => {
    const { url, asked } = await serve((query, response) => {
      const at = Number(query.get('after') ?? 0)
      if (at < 6) response.setHeader('X-Next', `${at + 3}`)
      response.end(part(at, 3))
    })
    expect(await read(`${url}?a=b`, { by: 'cursor', parameter: 'after', header: 'X-Next' })).toBe(whole)
    expect(asked).toEqual(['/rows?a=b', '/rows?a=b&after=3', '/rows?a=b&after=6'])
  })

  it('by link, wherever on its server that leads', async () => {
    const { url, asked } = await serve((query, response, request) => {
      const at = Number(query.get('at') ?? 0)
      const links = ['</rows>; rel="first"', ...(at < 6 ? [`<more,?at=${at + 3}#x>; rel="next last"`] : [])]
      response.writeHead(200, { link: links }).end(part(at, 3))
      request.resume()
    })
    expect(await read(url, { by: 'link' })).toBe(whole)
    expect(asked).toEqual(['/rows', '/more,?at=3', '/more,?at=6'])
  })

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const)('each decoded by its own Content-Encoding, as %s', async (encoding, compress) => {
    const { url } = await serve((query, response) => {
      const page = part(Number(query.get('skip')), 3)
      if (query.get('skip') === '3') return response.end(page)
      response.writeHead(200, { 'content-encoding': encoding }).end(compress(page))
    })
    expect(await read(url, offset)).toBe(whole)
  })

  it('whatever stands at their ends: marks, line ends or none, and no text at all behind the last', async () => {
    const pages = ['\ufeffid,name\r\n1,a', '\ufeffid,name\n\n2,b\n\n', 'id,name\r\n3,c\r\n']
    const { url } = await serve((query, response) => {
      const page = pages[Number(query.get('page'))]
      response.writeHead(page === undefined ? 204 : 200).end(page)
    })
    expect(await read(url, { by: 'number', parameter: 'page', first: 0 })).toBe(
      '\ufeffid,name\r\n1,a\n\n2,b\n\n3,c\r\n',
    )
  })

  it('without a header, where the definition says that there is none', async () => {
    const { url } = await serve((query, response) =>
      response.end(['1,a\n', '2,b\n', ''][Number(query.get('page'))]),
    )
    const pages = {
      by: 'number',
      parameter: 'page',
      first: 0,
      dialect: { ...dialect, header: false },
    } as const
    expect(await read(url, pages)).toBe('1,a\n2,b\n')
  })

  it('although the last one ends inside of a quote, as any file may', async () => {
    const last = 'id,name\n2,"b\n3,c\n'
    const { url } = await serve((query, response) =>
      response.end(['id,name\n1,a\n', last, 'id,name\n'][Number(query.get('page'))]),
    )
    expect(await read(url, { by: 'number', parameter: 'page', first: 0 })).toBe('id,name\n1,a\n2,"b\n3,c\n')
  })

  it('and no file, where the first has no text', async () => {
    const { url } = await serve((_, response) => response.end())
    expect(await read(url, offset)).toBe('')
  })
})

describe('a page that breaks', () => {
  /** Fails as told each time until the last, then is whole. */
  async function failing(times: number, fail: (response: ServerResponse, page: string) => void) {
    let failed = 0
    return serve((query, response) => {
      const page = part(Number(query.get('skip')), 3)
      if (query.get('skip') === '3' && failed++ < times) fail(response, page)
      else response.end(page)
    })
  }

  it.each<[how: string, fail: (response: ServerResponse, page: string) => void]>([
    ['is refused for now', (response) => response.writeHead(503, { 'retry-after': '2' }).end()],
    [
      'breaks off',
      (response, page) => {
        response.writeHead(200, { 'content-length': page.length })
        response.write(page.slice(0, 12), () => response.destroy())
      },
    ],
    ['stalls', (response, page) => response.writeHead(200).write(page.slice(0, 12))],
    [
      'breaks off compressed',
      (response, page) => {
        response.writeHead(200, { 'content-encoding': 'gzip' })
        response.write(gzipSync(page).subarray(0, 20), () => response.destroy())
      },
    ],
  ])('is asked for again, alone: it %s', async (_, fail) => {
    const { url, asked } = await failing(2, fail)
    expect(await read(url, offset)).toBe(whole)
    expect(asked.map((path) => new URL(path, url).searchParams.get('skip'))).toEqual('0 3 3 3 6 7'.split(' '))
  })

  it('does not: one that takes long is no slow source while its bytes come', async () => {
    const rows = Array.from({ length: 80 }, (_, i) => `${i},${'x'.repeat(20)}\n`)
    const { url } = await serve((query, response) => {
      if (query.get('skip') !== '0') return response.end()
      const left = ['id,name\n', ...rows]
      const timer = setInterval(() => {
        response.write(left.shift()!)
        if (left.length > 0) return
        clearInterval(timer)
        response.end()
      }, 10)
    })
    // a half minute takes 0.3 s here, and the page 0.8 s
    const pace = { maxSeconds: 1800, minBytesPerSecond: 5, spent: { seconds: 0, isResting: false } }
    expect(await read(url, offset, { pace })).toBe(['id,name\n', ...rows].join(''))
  })

  it('three times is told by its number, for good, and no more is asked', async () => {
    const { url, asked } = await failing(3, (response) => response.writeHead(500).end())
    const [message, transient] = await sourceFailure(read(url, offset))
    expect(message).toBe(`page 2 of ${url}?…: ${url}?… answered 500 Internal Server Error`)
    expect(transient).toBe(false)
    expect(asked).toHaveLength(4)
  })

  it('for longer than the source may take is given up', async () => {
    const { url } = await failing(1, (response) => response.writeHead(503, { 'retry-after': '3600' }).end())
    const [message] = await sourceFailure(read(url, offset))
    expect(message).toContain('it is to be asked again after 3600 s, which is more than is left')
  })

  it('ends with whoever stops it', async () => {
    const { url } = await serve((query, response) =>
      query.get('skip') === '0' ? response.end(part(0, 3)) : response.writeHead(200).write('id'),
    )
    const stop = new AbortController()
    const timeouts = { ...usual.timeouts, idle: 60_000, headers: 60_000 }
    const { stream } = await openSource(url, {
      ...{ ...usual, timeouts, signal: stop.signal },
      http: { pages: { maxPages: 9, dialect, ...offset } },
    })
    stream.once('data', () => stop.abort())
    expect((await sourceFailure(buffer(stream)))[0]).toContain('was stopped')
  })
})

describe('pages are refused', () => {
  const number = { by: 'number', parameter: 'page' } as const
  const pagesOf =
    (...pages: (string | Buffer)[]): Answer =>
    (query, response) =>
      response.end(pages[Number(query.get('page')) - 1])
  const links =
    (to: string): Answer =>
    (_, response) =>
      response.writeHead(200, { link: to }).end(whole)

  it.each<
    [what: string, answer: Answer, pages: Partial<PagesOptions> & Pick<PagesOptions, 'by'>, sentence: string]
  >([
    [
      'of which one has another header',
      pagesOf('id,name\n1,a\n', 'id,name\n2,b\n', 'id,mag\n3,1\n'),
      number,
      'page 3 of URL?… has another header than the pages before it: "id,mag", and not "id,name"',
    ],
    [
      'of a server that sends the same one for ever',
      pagesOf(whole, whole),
      number,
      'page 2 of URL?… has the very rows of the page before it: its server seems not to look at the parameter "page"',
    ],
    [
      'when there are too many',
      slices,
      { ...offset, maxPages: 3 },
      'URL has more than 3 pages; source.pages.maxPages of the definition allows more',
    ],
    [
      'of which one ends inside of a quote, and would take the next one into its cell',
      pagesOf('id,name\n1,a\n', 'id,name\n2,"b\n3,c\n', 'id,name\n4,d"\n'),
      number,
      'page 2 of URL?… ends inside of a quote that never closes, so that page 3 of URL?… would be read as a part of its last cell',
    ],
    [
      'that are compressed files',
      pagesOf(gzipSync(whole)),
      number,
      'page 1 of URL?… is a file in gzip, and cannot be put together with others',
    ],
    [
      'in UTF-16',
      pagesOf(Buffer.from('\ufeffid', 'utf16le')),
      number,
      'page 1 of URL?… is in UTF-16, and cannot be put together with others',
    ],
    [
      'that lead to another server',
      links('<http://127.0.0.2/rows?key=hunter2>; rel=next'),
      { by: 'link' },
      'page 1 of URL links to a next page of http://127.0.0.2; only pages of ORIGIN are asked for',
    ],
    [
      'that lead to a file',
      links('<file:///etc/passwd>; rel=next'),
      { by: 'link' },
      'page 1 of URL links to a next page of null; only pages of ORIGIN are asked for',
    ],
    [
      'that lead in a circle',
      links('</rows>; rel=next'),
      { by: 'link' },
      'page 1 of URL leads back to a page that came before it, so that there is no end',
    ],
    [
      'whose link is none',
      links('rows; rel=next'),
      { by: 'link' },
      'page 1 of URL has a header Link that cannot be read',
    ],
    [
      'that say a cursor for ever',
      (_, response) => response.writeHead(200, { 'x-next': 'a' }).end(whole),
      { by: 'cursor', parameter: 'after', header: 'x-next' },
      'page 2 of URL?… leads back to a page that came before it, so that there is no end',
    ],
  ])('%s', async (_, answer, pages, sentence) => {
    const { url } = await serve(answer)
    const [message, transient] = await sourceFailure(read(url, pages))
    expect(message.replaceAll(url, 'URL').replaceAll(new URL(url).origin, 'ORIGIN')).toBe(sentence)
    expect(transient).toBe(false)
  })

  it('when the address already has the parameter', async () => {
    const [message] = await sourceFailure(read('http://127.0.0.1:1/rows?page=3', number))
    expect(message).toBe(
      'http://127.0.0.1:1/rows?… has the parameter "page" already, which source.pages of the definition sets: take it out of the URL',
    )
  })

  it('when they are too long together, and when one is too long for itself', async () => {
    const { url } = await serve(slices)
    expect((await sourceFailure(read(url, offset, { maxBytes: 30 })))[0]).toBe(
      `${url} is longer than the limit of 30 bytes`,
    )
    const [message] = await sourceFailure(read(url, offset, { maxBytes: 20 }))
    expect(message).toBe(`page 1 of ${url}?… is longer than 20 bytes; ask for fewer rows of a page`)
  })
})
