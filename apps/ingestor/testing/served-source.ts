/** A source as a test asks for it, and servers that have one. */
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type Server } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { openSource } from '../src/sources/open-source.ts'
import type { SourceOptions } from '../src/sources/source-client.ts'
import { listen } from './listen.ts'

export const csv = Buffer.from('id,name\n1,a\n')
type Plain = SourceOptions & { known?: undefined }
export const options: Plain = {
  allow: ['127.0.0.1/32'],
  roots: [],
  maxBytes: 1_000_000,
  pace: { maxSeconds: 1800, minBytesPerSecond: 0 },
  timeouts: { connect: 400, headers: 400, idle: 400 },
}

export const urlOf = async (server: Server) => `http://127.0.0.1:${await listen(server)}`
export const serve = (listener: RequestListener) => urlOf(createServer(listener))
/** A server that sends these bytes whatever it is asked, and then hangs up. */
export const serveRaw = (bytes: string) =>
  urlOf(createTcpServer((socket) => socket.on('error', () => undefined).end(bytes)))

export const read = async (url: string, more: Partial<Plain> = {}) =>
  buffer((await openSource(url, { ...options, ...more })).stream)
