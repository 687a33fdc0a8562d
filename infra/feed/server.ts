import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readConfig, type FeedConfig } from './config.ts'
import { FAULTS } from './faults.ts'
import { resources, type Resource } from './resources.ts'

export interface Feed {
  /** `http://host:port`, without a slash at the end. */
  url: string
  /** Stops at once: stalled answers are cut. */
  close(): Promise<void>
}

/** Starts a stand-in for the USGS feed that serves real events, and resolves when it listens. */
export async function startFeed({ host, port }: FeedConfig): Promise<Feed> {
  const server = createServer(answers(resources()))
  server.listen(port, host)
  await once(server, 'listening')
  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return { url: `http://${host}:${(server.address() as AddressInfo).port}`, close }
}

function answers(files: Map<string, Resource>): RequestListener {
  return (request, response) => {
    const pathname = request.url!.split('?')[0]!
    const file = files.get(pathname)
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return plain(response, 405, 'Only GET and HEAD\n')
    if (pathname === '/health') return plain(response, 200, 'ok\n')
    if (file) return send(file, request, response)
    if (Object.hasOwn(FAULTS, pathname)) return FAULTS[pathname]!(response)
    plain(response, 404, `No such file: ${pathname}\n`)
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
}

function send(file: Resource, request: IncomingMessage, response: ServerResponse): void {
  const validators = { etag: file.etag, 'last-modified': file.lastModified }
  if (isKnown(file.etag, request.headers['if-none-match'])) {
    response.writeHead(304, validators).end()
    return
  }
  const content = { 'content-type': file.type, 'content-length': file.body.length }
  response
    .writeHead(200, { ...validators, ...content })
    .end(request.method === 'HEAD' ? undefined : file.body)
}

/** RFC 9110, 13.1.2: a list of tags or `*`, compared weakly. */
function isKnown(etag: string, ifNoneMatch = ''): boolean {
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}

if (import.meta.main) {
  const feed = await startFeed(readConfig(process.env))
  console.log(`feed listens on ${feed.url}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void feed.close())
}
