import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { feedWindow } from './feed-window.ts'
import { startFeed, type Feed } from './server.ts'

let feed: Feed
beforeAll(async () => {
  feed = await startFeed({ host: '127.0.0.1', port: 0 })
})
afterAll(() => feed.close())

const get = (path: string, headers = {}) => fetch(feed.url + path, { headers })
const bytes = async (path: string) => Buffer.from(await (await get(path)).arrayBuffer())

describe('the feed server', () => {
  it('says that it is well', async () => {
    expect((await get('/health')).status).toBe(200)
  })

  it.each([
    ['/earthquakes/window-1.csv', () => feedWindow(1).csv],
    ['/earthquakes/window-2.csv', () => feedWindow(2).csv],
    ['/earthquakes/all_week.csv', () => feedWindow(1).csv],
    ['/seattle-weather.csv', () => readFileSync('node_modules/vega-datasets/data/seattle-weather.csv')],
  ])('serves %s as it is and as .gz', async (path, content) => {
    expect(await bytes(path)).toEqual(content())
    expect(gunzipSync(await bytes(`${path}.gz`))).toEqual(content())
  })

  it('answers 304 to a client that has the file, and the file to one that has another', async () => {
    const first = await get('/earthquakes/window-1.csv')
    const etag = first.headers.get('etag')!
    const again = await get('/earthquakes/window-1.csv', { 'if-none-match': `"other", W/${etag}` })
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
    expect((await get('/earthquakes/window-2.csv', { 'if-none-match': etag })).status).toBe(200)
  })

  it('takes Last-Modified from the content', async () => {
    const modified = async (path: string) => (await get(path)).headers.get('last-modified')
    expect(await modified('/seattle-weather.csv')).toBe('Thu, 31 Dec 2015 00:00:00 GMT')
    expect(await modified('/earthquakes/window-1.csv')).toMatch(/Feb 2018 .* GMT$/)
  })

  it('answers HEAD without a body and refuses to be written to', async () => {
    const url = `${feed.url}/earthquakes/window-1.csv`
    const head = await fetch(url, { method: 'HEAD' })
    expect([head.status, await head.text(), Number(head.headers.get('content-length'))]).toEqual([
      200,
      '',
      feedWindow(1).csv.length,
    ])
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  })

  it.each([
    ['/nowhere.csv', 404],
    ['/faults/404.csv', 404],
    ['/faults/500.csv', 500],
  ])('answers %s with %i', async (path, status) => {
    expect((await get(path)).status).toBe(status)
  })

  it('goes on after a request line that is no path', async () => {
    const port = Number(new URL(feed.url).port)
    const socket = connect(port, '127.0.0.1').end('GET // HTTP/1.0\r\n\r\n')
    const answer = (await socket.setEncoding('latin1').toArray()).join('')
    expect(answer).toMatch(/^HTTP\/1.1 404/)
  })
})

describe('its faults', () => {
  it('sends a page, nothing, or a file without its key, each with status 200', async () => {
    expect(await (await get('/faults/html.csv')).text()).toMatch(/^<!doctype html>/)
    expect(await (await get('/faults/empty.csv')).text()).toBe('')
    const [header, row] = (await (await get('/faults/no-key.csv')).text()).split('\n')
    expect(header).toMatch(/rms,net,updated,place/)
    expect(row).not.toContain('ci37868143')
  })

  it('hangs up in the middle of a file', async () => {
    const response = await get('/faults/truncated.csv')
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
  })

  it('stalls after the first rows until the client gives up', async () => {
    const response = await fetch(`${feed.url}/faults/slow.csv`, { signal: AbortSignal.timeout(300) })
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow('aborted due to timeout')
  })

  it('closes even while a client waits for a stalled file', async () => {
    const other = await startFeed({ host: '127.0.0.1', port: 0 })
    const stalled = (await fetch(`${other.url}/faults/slow.csv`)).text()
    await Promise.all([other.close(), expect(stalled).rejects.toThrow()])
  })
})

describe('its configuration', () => {
  it('has defaults and names the variable that is wrong', () => {
    expect(readConfig({})).toEqual({ host: '127.0.0.1', port: 8089 })
    expect(() => readConfig({ FEED_PORT: 'abc' })).toThrow("FEED_PORT is 'abc'")
  })
})
