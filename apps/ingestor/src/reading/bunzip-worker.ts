/**
 * A thread of `bunzip.ts`: gives a block for each message, and asks for input by the answer. Of the package its reader of blocks is used, and not
 * its stream, which holds a block as a list of numbers: of a block that became 46 MB the process would die.
 */
import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import bitIterator from '@openpgp/unbzip2-stream/lib/bit_iterator.js'
import bzip2 from '@openpgp/unbzip2-stream/lib/bzip2.js'
import type { Answer, Question } from './bunzip.ts'

const port = parentPort!

async function answer(told: Answer, transfer: ArrayBuffer[] = []): Promise<Question> {
  port.postMessage(told, transfer)
  const [question] = (await once(port, 'message')) as [Question]
  return question
}

/** Bytes that have come; a reader takes their bits. */
const input = { chunks: [] as Uint8Array[], bytes: 0, isOver: false }
let bits: ReturnType<typeof bitIterator> | undefined
const unread = () => input.bytes - (bits?.bytesRead ?? 0)

/** A block is read at one go. One that is longer than bzip2 makes them ends as if it were cut short. */
const longestBlock = 925_000

async function fill(): Promise<void> {
  while (!input.isOver && unread() < longestBlock) {
    const { bytes } = await answer({ isHungry: true })
    if (!bytes) input.isOver = true
    else {
      input.chunks.push(bytes)
      input.bytes += bytes.length
    }
  }
  if (input.bytes > 0) bits ??= bitIterator(() => input.chunks.shift()!)
}

const usualOutput = 2 ** 20
const output = { bytes: new Uint8Array(usualOutput), length: 0 }

function push(byte: number): void {
  if (output.length === output.bytes.length) {
    const longer = new Uint8Array(2 * output.length)
    longer.set(output.bytes)
    output.bytes = longer
  }
  output.bytes[output.length++] = byte
}

function taken(): Uint8Array<ArrayBuffer> {
  const block = output.bytes.slice(0, output.length)
  output.length = 0
  if (output.bytes.length > 4 * usualOutput) output.bytes = new Uint8Array(usualOutput)
  return block
}

const table = new Int32Array(900_000)

/** Streams one behind the other, each of blocks. The sum of each block is checked, and at the end of a stream the sum of all its blocks. */
async function* blocks(): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined> {
  for (let streams = 0; ; streams++) {
    await fill()
    if (streams > 0 && unread() === 0) return
    const size = 100_000 * bzip2.header(bits!)
    for (let sum: number | null = 0; ;) {
      await fill()
      sum = bzip2.decompress(bits!, push, table, size, sum)
      if (sum === null) break
      yield taken()
    }
  }
}

try {
  await once(port, 'message')
  for await (const block of blocks()) await answer({ block }, [block.buffer])
  port.postMessage({ isDone: true } satisfies Answer)
} catch (error) {
  // there is no more where it reads on
  const failure = error instanceof TypeError ? 'cut short' : 'damaged'
  port.postMessage({ failure } satisfies Answer)
}
