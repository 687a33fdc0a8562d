import type { Readable } from 'node:stream'
import { rest } from './pace.ts'
import type { From, Opened, SameFile, SourceOptions } from './source-client.ts'
import { ChangedError, SourceError, toSourceError } from '../source-error.ts'
import { stoppedStream } from './stopped-stream.ts'

/** A connection that brings less than this is as good as none: after so many of them in a row the source is given up. */
const leastProgress = 64 * 1024
const mostInVain = 3

type Reopen = (from: From, signal: AbortSignal) => Promise<Opened | SameFile>

/**
 * The body of one version of a file, over as many connections as it takes: where one breaks off, the rest is asked for. Of a source that has
 * no validator for that it is the body as it came.
 * @returns a stream that fails with a ChangedError when the source has another version by now, or cannot continue
 */
export function goingOn(first: Opened, options: SourceOptions, reopen: Reopen): Readable {
  if (first.validator === undefined) return first.body
  const connections = { now: first as Opened | undefined }
  return stoppedStream((signal) => {
    signal.addEventListener('abort', () => connections.now?.body.on('error', () => undefined).destroy())
    return parts(first, connections, { ...options, signal }, reopen)
  }, options.signal)
}

async function* parts(
  { name, validator, ...first }: Opened,
  connections: { now: Opened | undefined },
  options: SourceOptions,
  reopen: Reopen,
): AsyncGenerator<Buffer, undefined> {
  let marks = first.marks!
  for (let at = 0, inVain = 0; ;) {
    const before = at
    try {
      connections.now ??= (await reopen(
        { byte: at, validator: validator!, marks },
        options.signal!,
      )) as Opened
      const { body, length = Infinity } = connections.now
      marks = connections.now.marks!
      for await (const chunk of body as AsyncIterable<Buffer>) {
        at += chunk.length
        if (at - before > length)
          throw new ChangedError(`${name} sent more than the ${length} bytes that it announced`)
        yield chunk
      }
      // only a first answer may leave the length open: that it ends says that it is whole
      const { total = at } = marks
      if (at >= total) return
      throw new SourceError(`${name} sent ${at} of ${total} bytes`, { transient: true })
    } catch (error) {
      connections.now = undefined
      inVain = at - before < leastProgress ? inVain + 1 : 1
      await restAfter(toSourceError(error, name), inVain, options)
    }
  }
}

/** @throws the failure, where another connection would not help */
async function restAfter(
  failure: SourceError,
  inVain: number,
  { pace, signal, timeouts }: SourceOptions,
): Promise<void> {
  if (signal!.aborted || !failure.transient || failure instanceof ChangedError) throw failure
  if (inVain >= mostInVain) throw new SourceError(failure.message, { cause: failure })
  await rest(failure, inVain, pace, signal, timeouts?.second)
}
