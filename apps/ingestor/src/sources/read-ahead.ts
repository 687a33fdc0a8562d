/** Bytes of a read, and reads that are under way: a server that takes 50 ms for each answer sends 20 MB/s. */
const readBytes = 16 * 1024
const ahead = 64

/** Bytes of a file from a place on; fewer than `length` when it ends there. */
export type ReadAt = (at: number, length: number) => Promise<Buffer>

/**
 * Yields a file from `from` to `size`, in order, and reads ahead of whoever takes it. It ends early where the file does.
 * @param awaited waits for the next read, and gives up on a server that is silent
 */
export async function* readAhead(
  read: ReadAt,
  from: number,
  size: number,
  awaited: (next: Promise<Buffer>) => Promise<Buffer>,
): AsyncGenerator<Buffer, undefined> {
  const reads: Promise<Buffer>[] = []
  for (let at = from; ;) {
    for (; reads.length < ahead && at < size; at += readBytes) {
      const one = whole(read, at, Math.min(readBytes, size - at))
      one.catch(() => undefined)
      reads.push(one)
    }
    const next = reads.shift()
    const chunk = next && (await awaited(next))
    if (!chunk?.length) return
    yield chunk
  }
}

/** A server may answer with less than was asked for. */
async function whole(read: ReadAt, from: number, length: number): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let got = 0; got < length;) {
    const part = await read(from + got, length - got)
    if (part.length === 0) break
    parts.push(part)
    got += part.length
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}
