/** Where the rows of a file begin, and the names of its columns. */
import { readRecord, type CsvDialect, type CsvRecord } from './read-record.ts'
import type { Position } from './block.ts'
import { defaultMaxRowBytes, textProblem } from './scan-csv.ts'
import { UnreadableFileError } from './unreadable-file.ts'

/** Cells of the header, and where the first data row starts. */
export interface Header {
  cells: string[]
  end: Position
}

/**
 * The header, without byte order mark, or undefined when `head` does not hold all of it and is not `final`. It is on the lines of
 * `headerRows`; without them it is the first line that is neither blank nor a comment. Lines are counted as an editor does. What is passed
 * over before it, and again before the first row, is at most `maxRowBytes`, however much of the file `head` holds.
 */
export function readHeader(
  head: Buffer,
  dialect: CsvDialect,
  final: boolean,
  maxRowBytes = defaultMaxRowBytes,
): Header | undefined {
  const lines = new Lines(head, dialect, final, maxRowBytes)
  const rows: string[][] = []
  for (const line of dialect.headerRows ?? [undefined]) {
    const cells = line === undefined ? lines.first() : lines.at(line)
    if (!cells) return undefined
    rows.push(cells)
  }
  const end = lines.behindComments()
  return end && { cells: rows.length === 1 ? rows[0]! : joined(rows, dialect.headerJoin ?? ' '), end }
}

/** Where the rows of a file without a header begin, or undefined as above. */
export function firstRow(
  head: Buffer,
  dialect: CsvDialect,
  final: boolean,
  maxRowBytes = defaultMaxRowBytes,
): Position | undefined {
  return new Lines(head, dialect, final, maxRowBytes).behindComments()
}

/** Of cells one above the other, those that say something, and each once. */
function joined(rows: string[][], glue: string): string[] {
  const columns = Math.max(...rows.map(({ length }) => length))
  return Array.from({ length: columns }, (_, column) => {
    const parts = rows.map((cells) => cells[column]?.trim() ?? '')
    return parts.filter((part, i) => part !== '' && part !== parts[i - 1]).join(glue)
  })
}

/** A walk over the lines at the beginning of a file. */
class Lines {
  readonly #head: Buffer
  readonly #text: string
  readonly #dialect: CsvDialect
  readonly #final: boolean
  readonly #maxRowBytes: number
  readonly #comments: ReadonlySet<number>
  readonly #begin: number
  #at: number
  #line = 1

  constructor(head: Buffer, dialect: CsvDialect, final: boolean, maxRowBytes: number) {
    this.#head = head
    this.#text = head.toString('latin1') + (final ? '\n' : '')
    this.#dialect = dialect
    this.#final = final
    this.#maxRowBytes = maxRowBytes
    this.#comments = new Set(dialect.commentRows)
    this.#begin = this.#at = this.#text.startsWith('\xef\xbb\xbf') ? 3 : 0
  }

  /** The first row that is one; undefined when more bytes must come. */
  first(): string[] | undefined {
    return this.#passAll(() => this.#isBlank() || this.#isComment()) && !this.#isAtEnd()
      ? this.#row()
      : this.#nothing()
  }

  /** The row that begins on a line. */
  at(line: number): string[] | undefined {
    if (!this.#passAll(() => this.#line < line) || this.#isAtEnd()) return this.#nothing()
    if (this.#isBlank()) throw unreadable(`line ${line} is blank, and headerRows of the dialect names it`)
    return this.#row()
  }

  /** Where the lines end that are comments by their number. */
  behindComments(): Position | undefined {
    const isPassed = this.#passAll(() => {
      if (this.#final) this.#refuseOneComment()
      return this.#comments.has(this.#line)
    })
    return isPassed ? { byte: Math.min(this.#at, this.#head.length), row: 0 } : this.#nothing()
  }

  #isAtEnd = () => this.#at >= this.#head.length

  /** Over lines up to one that is another, if that begins here. Judged by where that begins, not by how much of the file is here. */
  #passAll(isPassed: () => boolean): boolean {
    const from = this.#at
    let isHere = true
    while (isHere && isPassed()) isHere = this.#pass()
    // the end of the line that is passed over is not here: the next one begins behind all that is
    const next = isHere ? Math.min(this.#at, this.#head.length) : this.#head.length
    if (next - from > this.#maxRowBytes) throw this.#tooMuch(from)
    return isHere
  }

  #tooMuch(from: number): UnreadableFileError {
    const limit = this.#maxRowBytes
    const isBlank = this.#text.slice(from, from + limit + 1).trim() === ''
    const lines = isBlank ? 'blank lines' : 'lines that are no rows'
    const where = from === this.#begin ? 'at its beginning' : 'behind its header'
    return new UnreadableFileError(
      `the file has more than ${limit} bytes of ${lines} ${where}, which is source.maxRowBytes of the dataset`,
    )
  }

  /** A comment that holds the rest of the file, with ends of lines that are none. */
  #refuseOneComment(): void {
    const rest = this.#text.slice(this.#at).trimEnd()
    if (this.#isComment() && rest.includes('\r') && !rest.includes('\n'))
      throw unreadable(`line ${this.#line} is a comment, and the rest of the file${hintOf(this.#text)}`)
  }

  #isBlank = () => this.#text.startsWith('\n', this.#at) || this.#text.startsWith('\r\n', this.#at)

  #isComment(): boolean {
    const { commentChar } = this.#dialect
    if (this.#comments.has(this.#line)) return true
    return commentChar !== undefined && this.#text.startsWith(commentChar, this.#at)
  }

  /** Goes on to the next line, if the end of this one is here. */
  #pass(): boolean {
    const end = this.#text.indexOf('\n', this.#at)
    if (end < 0) return false
    this.#at = end + 1
    this.#line++
    return true
  }

  #nothing(): undefined {
    if (!this.#final) return undefined
    const isBlank = this.#text.slice(this.#begin).trim() === ''
    throw new UnreadableFileError(
      isBlank ? 'the file is empty' : 'the file has no header: it ends before the line of one',
    )
  }

  #row(): string[] | undefined {
    const [text, at, limit] = [this.#text, this.#at, this.#maxRowBytes]
    const record = readRecord(text, at, text.lastIndexOf('\n'), this.#dialect, limit)
    const length = (record?.end ?? text.length - 2) - at
    const problem =
      length > limit
        ? `longer than ${limit} bytes, which is source.maxRowBytes of the dataset`
        : this.#problem(record)
    if (problem) throw unreadable(problem + hintOf(text))
    return record && this.#taken(record)
  }

  #problem(record: CsvRecord | undefined): string | undefined {
    if (!record) return this.#final ? 'unclosed quote' : undefined
    return record.problem ?? textProblem(this.#head.subarray(this.#at, record.end))
  }

  #taken({ cells, next }: CsvRecord): string[] {
    const begin = this.#line
    while (this.#at < next) this.#pass()
    const named = [...(this.#dialect.headerRows ?? []), ...this.#comments]
    const inside = named.find((line) => line > begin && line < this.#line)
    if (inside !== undefined)
      throw unreadable(`it goes on from line ${begin} to line ${inside}, which the dialect names for itself`)
    return cells
  }
}

const unreadable = (problem: string) => new UnreadableFileError(`the header row cannot be read: ${problem}`)

/** A line end that we do not take for one is the likely reason why everything looks like one row. A CR in a later row says nothing. */
export function hintOf(beginning: string): string {
  return /^[^\n]*\r[^\n]/.test(beginning)
    ? '; its lines seem to end in CR alone, which "lineTerminator": "\\r" of the dialect says'
    : ''
}
