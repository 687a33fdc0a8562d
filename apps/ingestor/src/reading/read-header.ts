/** Where the rows of a file begin, and the names of its columns. */
import { readRecord, type CsvDialect, type CsvRecord } from './read-record.ts'
import { defaultMaxRowBytes, textProblem, type Position } from './scan-csv.ts'
import { UnreadableFileError } from './unreadable-file.ts'

/** Cells of the header, and where the first data row starts. */
export interface Header {
  cells: string[]
  end: Position
}

/**
 * The header, without byte order mark, or undefined when `head` does not hold all of it and is not `final`. It is on the lines of
 * `headerRows`; without them it is the first line that is neither blank nor a comment. Lines are counted as an editor does.
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
export function firstRow(head: Buffer, dialect: CsvDialect, final: boolean): Position | undefined {
  return new Lines(head, dialect, final, defaultMaxRowBytes).behindComments()
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
    while (this.#isBlank() || this.#isComment()) if (!this.#pass()) return this.#nothing()
    return this.#at >= this.#head.length ? this.#nothing() : this.#row()
  }

  /** The row that begins on a line. */
  at(line: number): string[] | undefined {
    while (this.#line < line) if (!this.#pass()) return this.#nothing()
    if (this.#at >= this.#head.length) return this.#nothing()
    if (this.#isBlank()) throw unreadable(`line ${line} is blank, and headerRows of the dialect names it`)
    return this.#row()
  }

  /** Where the lines end that are comments by their number. */
  behindComments(): Position | undefined {
    while (this.#comments.has(this.#line)) {
      if (this.#final) this.#refuseOneComment()
      if (!this.#pass()) return this.#nothing()
    }
    if (this.#final) this.#refuseOneComment()
    return { byte: Math.min(this.#at, this.#head.length), row: 0 }
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
    const passed = Math.max(this.#at, this.#head.length) - this.#begin
    const isBlank = this.#text.slice(this.#begin).trim() === ''
    if (this.#final)
      throw new UnreadableFileError(
        isBlank ? 'the file is empty' : 'the file has no header: it ends before the line of one',
      )
    if (passed > this.#maxRowBytes)
      throw new UnreadableFileError(
        `the file begins with ${passed} bytes of ${isBlank ? 'blank lines' : 'lines before its header'}`,
      )
    return undefined
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

/** A line end that is none to us is the likely reason why everything looks like one row. A CR in a later row says nothing. */
export function hintOf(beginning: string): string {
  return /^[^\n]*\r[^\n]/.test(beginning)
    ? '; its lines seem to end in CR alone, expected are LF or CR LF'
    : ''
}
