/** From the bytes of an encoding to text, where what is no character is U+FFFD. */
import iconv from 'iconv-lite'

/** Takes the chunks of a file one after the other, and nothing at its end: a character may be cut by them. */
export type Decode = (chunk?: Buffer) => string

/** What iconv-lite calls the tables that WHATWG has. Those of Node itself are ICU's, which has other characters in some places. */
const tables: Record<string, string> = {
  shift_jis: 'cp932',
  'euc-jp': 'eucjp',
  'euc-kr': 'cp949',
  big5: 'big5hkscs',
}

/**
 * A byte that begins no character is one fault, and the next one begins anew, so that no delimiter is lost behind it.
 * @param encoding one that `encodingOf` gives. Of a byte order mark nothing comes in UTF-8 and UTF-16
 */
export function openDecoder(encoding: string): Decode {
  const table = tables[encoding]
  if (table !== undefined) {
    const decoder = iconv.getDecoder(table, { stripBOM: false })
    return (chunk) => (chunk ? decoder.write(chunk) : (decoder.end() ?? ''))
  }
  const decoder = new TextDecoder(encoding)
  if (encoding === 'gb18030') return inPieces((bytes) => decoder.decode(bytes))
  return (chunk) => (chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode())
}

/** Of all bytes at once. */
export function decoded(encoding: string, bytes: Buffer): string {
  const decode = openDecoder(encoding)
  return decode(bytes) + decode()
}

/** No byte below this one is a part of a character of GB 18030, but one by itself. */
const firstTrail = 0x30
/** As long as a row may be at most, which ends in such a byte: a longer one is refused anyway. */
const longestPiece = 2 ** 20

/**
 * Node 24 throws where a chunk ends within a code of four bytes that is none, so it gets pieces that end where a character does. Only one
 * longer than any row may end within a character.
 */
function inPieces(decode: (bytes: Buffer) => string): Decode {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    const bytes = chunk ? Buffer.concat([rest, chunk]) : rest
    const end = chunk ? pieceOf(bytes) : bytes.length
    rest = bytes.subarray(end)
    return decode(bytes.subarray(0, end))
  }
}

function pieceOf(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1]! >= firstTrail) end--
  return bytes.length - end > longestPiece ? bytes.length : end
}
