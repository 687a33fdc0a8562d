import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { offset, read, serve, slices, whole, type Answer, type Pages } from '../../testing/paged-api.ts'
import { sourceFailure } from '../../testing/source-failure.ts'

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

  it.each<[what: string, answer: Answer, pages: Pages, sentence: string]>([
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
