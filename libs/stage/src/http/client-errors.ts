import { STATUS_CODES, type Server } from 'node:http'
import type { ConnectionError } from 'fastify'
import type { Socket } from 'node:net'
import { problemOf, problemType } from './problem.ts'

/** By Node's code; everything else is no HTTP. */
const statuses: Record<string, [status: number, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'the headers are too long'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the extensions of a chunk are too long'],
}

/** What came before a request was one has no reply: the answer is written to the connection, which ends with it. */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, detail] = statuses[error.code] ?? [400, 'this is no HTTP request']
  const body = JSON.stringify(problemOf(status, detail))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroySoon()
}

/** Node answers `Expect: something` by itself, without a word. */
export function refuseExpectations(server: Server): void {
  server.on('checkExpectation', (_request, response) => {
    const body = JSON.stringify(problemOf(417, 'no expectation but 100-continue is met'))
    response.writeHead(417, {
      'content-type': problemType,
      'content-length': body.length,
      connection: 'close',
    })
    response.end(body)
  })
}

/** Requests of one connection that wait for their answers: who means it sends one after the other. */
const mostWaiting = 16

/** Ends a connection that asks without waiting for answers: Node would take in its requests for as long as they come. */
export function refuseFloods(server: Server): void {
  const waiting = new WeakMap<Socket, number>()
  const add = (socket: Socket, more: number): number => {
    const sum = (waiting.get(socket) ?? 0) + more
    waiting.set(socket, sum)
    return sum
  }
  server.on('request', ({ socket }, response) => {
    response.once('close', () => add(socket, -1))
    if (add(socket, 1) > mostWaiting) socket.destroy()
  })
}
