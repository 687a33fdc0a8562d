import type { Socket } from 'node:net'
import { connectTo, inTime } from './connect-to.ts'
import { printable } from './guard-address.ts'
import { usualTimeouts, type SourceOptions } from './source-client.ts'
import type { SourceError } from '../source-error.ts'

/** A login at a server, whatever it speaks. */
export interface Login {
  /** how its URL is named in sentences */
  name: string
  close: () => void
}

/** What a server's own sentences are in ours. */
export type FailureOf = (error: unknown, name: string, url?: URL) => SourceError

/**
 * Connects, and does what comes before the first byte, within the time until that. The session stays open when it is done, and is closed when it
 * fails.
 * @throws SourceError
 */
export async function beginSession<T>(
  url: URL,
  usualPort: number,
  options: SourceOptions,
  { close, failureOf }: { close: () => void; failureOf: FailureOf },
  begin: (socket: Socket) => Promise<T>,
): Promise<T> {
  const name = printable(url)
  const { headers } = { ...usualTimeouts, ...options.timeouts }
  try {
    const socket = await connectTo(url, usualPort, options)
    options.signal?.addEventListener('abort', close)
    return await inTime(begin(socket), headers, `${name} did not answer in time`)
  } catch (error) {
    close()
    throw failureOf(error, name, url)
  } finally {
    options.signal?.removeEventListener('abort', close)
  }
}
