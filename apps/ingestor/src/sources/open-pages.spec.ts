import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { dialect, offset, part, read, serve, slices, whole } from '../../testing/paged-api.ts'

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
