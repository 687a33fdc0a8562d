import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { guardedLookup } from './guard-address.ts'
import { usualTimeouts, type SourceOptions } from './source-client.ts'
import { SourceError } from '../source-error.ts'

/**
 * A connection to the host of a source, at the port that its URL names, or the usual one. Its address has passed the guard: an IP literal
 * when the URL was checked, a name here. The signal ends the connecting; whoever has the socket closes it by itself, because a socket under
 * TLS has nobody who hears of its end.
 */
export function connectTo(
  url: URL,
  usualPort: number,
  { allow, timeouts, signal }: SourceOptions,
): Promise<Socket> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(url.port) || usualPort
  const socket = connect({ host, port, lookup: guardedLookup(allow) })
  const stop = () => void socket.destroy(signal!.reason as Error)
  socket.setTimeout({ ...usualTimeouts, ...timeouts }.connect, () => {
    socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT', address: host, port }))
  })
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted) stop()
    socket.once('error', reject).once('connect', () => {
      signal?.removeEventListener('abort', stop)
      socket.setTimeout(0).removeAllListeners('timeout')
      resolve(socket)
    })
  })
}

/**
 * What comes of `work`, if it comes within so many milliseconds.
 * @throws SourceError that may pass, with the sentence `late`
 */
export async function inTime<T>(work: Promise<T>, ms: number, late: string): Promise<T> {
  const over = new AbortController()
  work.catch(() => undefined)
  const timeout = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new SourceError(late, { transient: true })
  })
  return Promise.race([work, timeout]).finally(() => {
    timeout.catch(() => undefined)
    over.abort()
  })
}
