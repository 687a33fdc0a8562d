/** The text of a file as UTF-8, which is what rows are read from. */
import { openDecoder } from './decoders.ts'

const marks: readonly (readonly [mark: Buffer, encoding: string])[] = [
  [Buffer.from([0xef, 0xbb, 0xbf]), 'utf-8'],
  [Buffer.from([0xff, 0xfe]), 'utf-16le'],
  [Buffer.from([0xfe, 0xff]), 'utf-16be'],
]
/** Begins like UTF-16, and is told what it is by who looks for such things. */
const utf32 = Buffer.from([0xff, 0xfe, 0, 0])

/** By the mark at its beginning, which nobody puts there by mistake; undefined when it has none. */
function markedEncoding(head: Buffer): string | undefined {
  if (head.subarray(0, utf32.length).equals(utf32)) return undefined
  return marks.find(([mark]) => head.subarray(0, mark.length).equals(mark))?.[1]
}

/**
 * The chunks of a file in UTF-8; of one that is UTF-8, they are as they came. What is no character of its encoding becomes a byte that is
 * no UTF-8, so that its row is refused and never another text.
 * @param declared what a file without a byte order mark is
 * @param found is told which encoding it is, before the first chunk
 */
export async function* toUtf8(
  chunks: AsyncIterable<Buffer>,
  declared: string,
  found: (encoding: string) => void,
): AsyncGenerator<Buffer, undefined> {
  const source = chunks[Symbol.asyncIterator]()
  try {
    const head = await headOf(source)
    const encoding = markedEncoding(head) ?? declared
    found(encoding)
    const recode = encoding === 'utf-8' ? undefined : recoder(encoding)
    let next: IteratorResult<Buffer> = { value: head, done: head.length === 0 }
    for (; !next.done; next = await source.next()) yield recode ? recode(next.value) : next.value
    if (recode) yield recode()
  } finally {
    await source.return?.()
  }
}

/** Enough bytes for a mark, where there are as many. */
async function headOf(source: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0)
  while (head.length < utf32.length) {
    const next = await source.next()
    if (next.done) break
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  return head
}

/** Takes the chunks one after the other, and nothing at their end. */
function recoder(encoding: string): (chunk?: Buffer) => Buffer {
  const decode = openDecoder(encoding)
  return (chunk) => encoded(decode(chunk))
}

const replacement = '\ufffd'
const noText = Buffer.from([0xff])

function encoded(text: string): Buffer {
  if (!text.includes(replacement)) return Buffer.from(text)
  const parts = text
    .split(replacement)
    .flatMap((part, i) => (i === 0 ? [Buffer.from(part)] : [noText, Buffer.from(part)]))
  return Buffer.concat(parts)
}
