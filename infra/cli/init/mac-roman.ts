/** Text of an old Mac, which its letters alone do not tell from Windows-1252: `Ž` within a word was an `é`. */

/** Enough to meet the letters of a language. */
const lookedBytes = 256 * 1024

/** Whether letters stand where some do as Windows-1252, and none do as Mac OS Roman. */
export function isMacRoman(bytes: Buffer): boolean {
  const some = bytes.subarray(0, lookedBytes)
  return hasStray(some, 'windows-1252') && !hasStray(some, 'macintosh')
}

/** A control; a capital or a sign between small letters; a letter between digits. None of them is ASCII. */
const stray = /[\x80-\x9f]|\p{Ll}(?![\x00-\x7f])[\p{Lu}\p{S}\p{Co}]\p{Ll}|\d(?![\x00-\x7f])\p{L}\d/u

const hasStray = (bytes: Buffer, encoding: string): boolean =>
  stray.test(new TextDecoder(encoding).decode(bytes))
