/** Lines that are no rows, told by what they begin with, and those without anything in them. */
import { LF } from './read-record.ts'

export interface LineStarts {
  commentChar?: string
  /** behind a line that begins with one of these there are no rows */
  footer?: readonly string[]
  /** of cells, in a file whose rows of empty ones are none */
  blank?: { delimiter: string; quoteChar: string }
}

/** `next` is where the line behind it begins. */
export interface PassedLine {
  what: 'comments' | 'blankRows'
  next: number
}

export interface Starts {
  /** by the first byte of a line: whether it may be one of them, so that a row costs one look */
  mayBe: Uint8Array
  /** bytes of the longest of them: so many tell whether a line begins with one */
  longest: number
  /** of a text with one char per byte */
  isComment: (text: string, at: number) => boolean
  isFooter: (text: string, at: number) => boolean
  /** Of a line that ends in the text. A blank row is one within the limit of a row, as others are. */
  passed: (text: string, at: number, limit: number) => PassedLine | undefined
}

/** Undefined where every line is a row. */
export function startsOf({ commentChar, footer = [], blank }: LineStarts): Starts | undefined {
  const comments = commentChar === undefined ? [] : [commentChar]
  const footers = footer.map((text) => Buffer.from(text).toString('latin1'))
  const all = [...comments, ...footers]
  if (all.length === 0 && !blank) return undefined
  const mayBe = new Uint8Array(256)
  for (const start of [...all, ...(blank ? [' ', '\t', blank.delimiter, blank.quoteChar] : [])])
    mayBe[start.charCodeAt(0)] = 1
  const isOneOf = (starts: string[]) => (text: string, at: number) =>
    starts.some((start) => text.startsWith(start, at))
  const isComment = isOneOf(comments)
  const blankEnd = blank ? blankEndOf(blank) : () => -1
  return {
    ...{ mayBe, isComment, isFooter: isOneOf(footers) },
    longest: Math.max(0, ...all.map(({ length }) => length)),
    passed: (text, at, limit) => {
      if (isComment(text, at)) return { what: 'comments', next: text.indexOf('\n', at) + 1 }
      const end = blankEnd(text, at)
      if (end < 0 || end - at > limit) return undefined
      return { what: 'blankRows', next: text.charCodeAt(end) === LF ? end + 1 : end + 2 }
    },
  }
}

/** Index behind a line of empty cells, without its line end; -1 for any other. All of its quotes close in it, so it is a whole record. */
function blankEndOf({ delimiter, quoteChar }: NonNullable<LineStarts['blank']>) {
  const [comma, quote] = [delimiter, quoteChar].map((char) => char.replace(/[^\w\s]/, '\\$&'))
  const spaces = [' ', '\t'].filter((char) => char !== delimiter && char !== quoteChar)
  const cell = `[${spaces.join('')}]*(?:${quote}${quote})?`
  const line = new RegExp(`${cell}(?:${comma}${cell})*(?=\\r?\\n)`, 'y')
  return (text: string, at: number): number => {
    line.lastIndex = at
    return line.test(text) ? line.lastIndex : -1
  }
}
