/** Lines that are no rows, told by what they begin with. */
export interface LineStarts {
  commentChar?: string
  /** behind a line that begins with one of these there are no rows */
  footer?: readonly string[]
}

export interface Starts {
  /** by the first byte of a line: whether it may be one of them, so that a row costs one look */
  mayBe: Uint8Array
  /** bytes of the longest of them: so many tell whether a line begins with one */
  longest: number
  /** of a text with one char per byte */
  isComment: (text: string, at: number) => boolean
  isFooter: (text: string, at: number) => boolean
}

/** Undefined where every line is a row. */
export function startsOf({ commentChar, footer = [] }: LineStarts): Starts | undefined {
  const comments = commentChar === undefined ? [] : [commentChar]
  const footers = footer.map((text) => Buffer.from(text).toString('latin1'))
  const all = [...comments, ...footers]
  if (all.length === 0) return undefined
  const mayBe = new Uint8Array(256)
  for (const start of all) mayBe[start.charCodeAt(0)] = 1
  const isOneOf = (starts: string[]) => (text: string, at: number) =>
    starts.some((start) => text.startsWith(start, at))
  const longest = Math.max(...all.map(({ length }) => length))
  return { mayBe, longest, isComment: isOneOf(comments), isFooter: isOneOf(footers) }
}
