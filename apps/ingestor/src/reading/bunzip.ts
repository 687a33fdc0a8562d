/** bzip2 is read in a thread of its own: a block takes some 0.1 s, in which nothing else would be done. */
import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SourceError } from '../source-error.ts'

/** For the next block, or with what was asked for; no bytes are the end. */
export interface Question {
  bytes?: Uint8Array | undefined
}

export interface Answer {
  isHungry?: true
  block?: Uint8Array
  isDone?: true
  failure?: 'cut short' | 'damaged'
}

/** A block takes a millisecond, however small it is: there may be so many, and one more for each so many bytes. */
const most = { free: 1000, bytesEach: 256 }

/**
 * The blocks of bzip2 streams that lie one behind the other, as pbzip2 writes them, each when it is asked for.
 * @param next more of the input; undefined at its end
 */
export async function* bunzip(next: () => Promise<Buffer | undefined>): AsyncGenerator<Buffer, undefined> {
  const worker = new Worker(new URL(`./bunzip-worker${extname(import.meta.url)}`, import.meta.url))
  let [blocks, taken] = [0, 0]
  const ask = async (question: Question): Promise<Answer> => {
    worker.postMessage(question)
    const [answer] = (await once(worker, 'message')) as [Answer]
    return answer
  }
  try {
    for (let answer = await ask({}); !answer.isDone;) {
      if (answer.failure)
        throw new SourceError(`the bzip2 data is ${answer.failure}`, {
          transient: answer.failure === 'cut short',
        })
      if (answer.block) {
        if (++blocks > most.free + taken / most.bytesEach)
          throw new SourceError(
            `the bzip2 data has more than ${blocks - 1} blocks in its first ${taken} bytes; ${most.free}, and one more for each ${most.bytesEach} bytes, can be read`,
          )
        yield Buffer.from(answer.block.buffer)
      }
      const bytes = answer.isHungry && (await next())
      taken += bytes?.length ?? 0
      answer = await ask({ bytes })
    }
  } finally {
    await worker.terminate()
  }
}
