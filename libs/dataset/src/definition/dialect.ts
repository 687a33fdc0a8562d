import { z } from 'zod'
import type { Refuse } from './errors.ts'

const notRead = (expected: string) => ({ error: expected })

const oneCharacter = z.string().regex(/^[\t -~]$/, 'expected one ASCII character')

/** Lines before the first row, as an editor numbers them: they are looked at before anything is published. */
const lineNumber = z.number().int().min(1).max(1000)

/** Of Frictionless; what it says of rows is said of lines here, because a title need not be one row of CSV. */
export const dialect = z
  .looseObject({
    delimiter: oneCharacter.default(','),
    quoteChar: oneCharacter.default('"'),
    escapeChar: z
      .string()
      .regex(/^[!-/:-@[-`{-~]$/, 'expected one ASCII character other than a letter, a digit or a blank')
      .optional(),
    header: z.boolean().default(true),
    headerRows: z.array(lineNumber).min(1).max(10).optional(),
    headerJoin: z
      .string()
      .regex(/^[^\0\r\n]{0,20}$/, 'expected a text of at most 20 characters')
      .optional(),
    commentRows: z.array(lineNumber).optional(),
    commentChar: z
      .string()
      .regex(/^[!-~]{1,8}$/, 'expected one to eight ASCII characters other than a blank')
      .optional(),
    doubleQuote: z.literal(true).optional(),
    skipInitialSpace: z.boolean().default(false),
    lineTerminator: z
      .enum(
        ['\n', '\r\n', '\r'],
        notRead('expected "\\r", or "\\n" or "\\r\\n", which are read whatever it says'),
      )
      .optional(),
    caseSensitiveHeader: z.literal(true).optional(),
  })
  .refine(({ delimiter, quoteChar }) => delimiter !== quoteChar, 'delimiter and quoteChar are the same')

type Written = z.infer<typeof dialect>

/** How a file is written: what of the words above decides how it is read. A line that nobody counts is undefined. */
export type Dialect = Pick<
  Written,
  | 'delimiter'
  | 'quoteChar'
  | 'escapeChar'
  | 'skipInitialSpace'
  | 'header'
  | 'headerRows'
  | 'headerJoin'
  | 'commentRows'
  | 'commentChar'
> & {
  /** where lines may end in CR alone, too */
  lineTerminator?: '\r'
}

export const dialectOf = (written: Written): Dialect => ({
  delimiter: written.delimiter,
  quoteChar: written.quoteChar,
  escapeChar: written.escapeChar,
  skipInitialSpace: written.skipInitialSpace,
  header: written.header,
  headerRows: written.headerRows,
  headerJoin: written.headerJoin,
  commentRows: written.commentRows,
  commentChar: written.commentChar,
  ...(written.lineTerminator === '\r' ? { lineTerminator: '\r' } : {}),
})

const at = (word: string) => `/resources/0/dialect/${word}`

/** The lines of the header must be told from those that are none, and no row may stand between header and comment. */
export function checkDialect(dialect: Dialect, refuse: Refuse): void {
  const { delimiter, quoteChar, header, headerRows, commentChar } = dialect
  checkEscape(dialect, refuse)
  if (commentChar !== undefined && [delimiter, quoteChar].includes(commentChar[0]!))
    refuse(
      at('commentChar'),
      'expected another beginning than delimiter and quoteChar, or rows would be lost',
    )
  if (headerRows && !header) return refuse(at('headerRows'), 'expected none where header is false')
  if (headerRows?.some((line, i) => i > 0 && line <= headerRows[i - 1]!))
    refuse(at('headerRows'), 'expected each line once, in their order')
  checkComments(dialect, refuse)
}

function checkEscape({ delimiter, quoteChar, escapeChar }: Dialect, refuse: Refuse): void {
  if (escapeChar === quoteChar)
    refuse(at('escapeChar'), 'expected another one than quoteChar, which is doubled without a word about it')
  if (escapeChar === delimiter) refuse(at('escapeChar'), 'expected another one than delimiter')
}

function checkComments({ header, headerRows, commentRows = [] }: Dialect, refuse: Refuse): void {
  const both = commentRows.find((line) => headerRows?.includes(line))
  const apart = lineApart(header, headerRows, commentRows)
  if (both !== undefined) refuse(at('commentRows'), `line ${both} is one of headerRows`)
  else if (apart !== undefined)
    refuse(
      at('commentRows'),
      `expected lines before the first row: line ${apart} has rows before it. Lines between rows are told by commentChar`,
    )
}

/** A comment behind the header with a line before it that is none. */
function lineApart(header: boolean, headerRows: number[] | undefined, commentRows: number[]) {
  const comments = new Set(commentRows)
  let line = headerRows?.at(-1) ?? 0
  if (header && !headerRows) for (line = 1; comments.has(line);) line++
  while (comments.has(line + 1)) line++
  return commentRows.find((one) => one > line)
}
