import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { openSource } from '../src/sources/open-source.ts'
import type { SourceOptions } from '../src/sources/source-client.ts'

/** Longer than what lies between a server and us, so that halfway is in the middle of a fetch. */
export const longFile = Buffer.alloc(
  24 * 2 ** 20,
  Array.from({ length: 9973 }, (_, i) => `${i},${i % 97}\n`).join(''),
)

/** Fetches a source, and does something to it when the first bytes are here. */
export async function fetchHalfway(
  url: string,
  options: SourceOptions,
  halfway: () => unknown,
): Promise<Buffer> {
  const { stream } = await openSource(url, { ...options, known: undefined })
  await once(stream, 'readable')
  await halfway()
  return buffer(stream)
}
