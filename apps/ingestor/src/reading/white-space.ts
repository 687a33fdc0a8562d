/** White space in UTF-8, as `String.trim` knows it, but for the line feed, which ends records. */

/** What may follow, byte by byte; behind the last byte of a character comes the root again. */
export type Spaces = Map<number, Spaces>

export const spaces: Spaces = new Map()
for (const char of '\t\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff')
  add(Buffer.from(char))

function add(bytes: Buffer): void {
  let node = spaces
  for (const byte of bytes.subarray(0, -1)) {
    if (!node.has(byte)) node.set(byte, new Map())
    node = node.get(byte)!
  }
  node.set(bytes.at(-1)!, spaces)
}

/** Where white space that begins at `from` ends, in a text of one char per byte. Delimiter and quote are none. */
export function skipSpaces(text: string, from: number, comma: number, quote: number): number {
  let end = from
  let node: Spaces | undefined = spaces
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at)
    node = code === comma || code === quote ? undefined : node.get(code)
    if (!node) return end
    if (node === spaces) end = at + 1
  }
}
