import { once } from 'node:events'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { options } from '../../testing/served-source.ts'
import { connectTo } from './connect-to.ts'
import { toSourceError } from '../source-error.ts'

/** A server that is asleep: the system lets two wait for it, and answers nobody else. */
const asleep = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

let server: Worker
let port: number
beforeAll(async () => {
  server = new Worker(asleep, { eval: true })
  const [listening] = (await once(server, 'message')) as [number]
  port = listening
  const waiting = [1, 2].map(() => connect(port, '127.0.0.1').unref())
  await Promise.all(
    waiting.map((socket) =>
      once(
        socket.on('error', () => undefined),
        'connect',
      ),
    ),
  )
})
afterAll(() => server.terminate())

it.each([
  ['the usual one', () => 'sftp://127.0.0.1/a.csv'],
  ['one in the URL', () => `sftp://127.0.0.1:${port}/a.csv`],
])('a server that does not accept the connection is named with its port, %s', async (_, url) => {
  const connecting = connectTo(new URL(url()), port, { ...options, timeouts: { connect: 100 } })
  const { message } = await connecting.then(
    () => expect.fail('it is connected'),
    (error: unknown) => toSourceError(error, 'the source'),
  )
  expect(message).toBe(`127.0.0.1:${port} did not accept the connection in time`)
})
