/** Files whose lines end in CR alone, as the Macs of old wrote them. */

const [LF, CR] = [10, 13]

/** LF in the place of each CR. It is one byte for one, so that each row stays where the file has it. */
export async function* withLineFeeds(
  chunks: AsyncIterable<Buffer> | Promise<AsyncIterable<Buffer>>,
): AsyncGenerator<Buffer, undefined> {
  for await (const chunk of await chunks) yield lineFeeds(chunk)
}

/** Of a copy: whoever sent the bytes may read them once more. */
export function lineFeeds(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  for (let at = copy.indexOf(CR); at >= 0; at = copy.indexOf(CR, at + 1)) copy[at] = LF
  return copy
}
