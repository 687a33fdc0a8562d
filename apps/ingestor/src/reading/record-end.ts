/** Where a record ends: at the first line feed outside quotes, whatever is wrong with its cells. */
import { LF, type CsvDialect } from './read-record.ts'
import { spaces, type Spaces } from './white-space.ts'

type State = 'cell start' | 'text' | 'quoted' | 'behind a quote'

/** Walks over one record in constant memory, chunk after chunk. It opens and closes quotes just where `readRecord` does. */
export class RecordEnd {
  readonly #comma: number
  readonly #quote: number
  readonly #escape: number | undefined
  /** Whether what comes next, inside quotes, stands behind an escape. */
  #isEscaped = false
  #state: State = 'cell start'
  #space: Spaces = spaces
  #length = 0
  #openLine = 0

  constructor({ delimiter, quoteChar, escapeChar }: CsvDialect) {
    this.#comma = delimiter.charCodeAt(0)
    this.#quote = quoteChar.charCodeAt(0)
    this.#escape = escapeChar?.charCodeAt(0)
  }

  /** Bytes of the record so far, with its line end. */
  get length(): number {
    return this.#length
  }

  /**
   * At the end of the file: up to the end of the line in which a quote opened that never closed; undefined when all closed.
   * Behind it quotes come in pairs, or behind an escape. A pair at the beginning of a cell closes at once, and a quote behind an escape is at
   * no beginning: no such quote can follow.
   */
  get unclosed(): number | undefined {
    return this.#state === 'quoted' ? this.#openLine || this.#length : undefined
  }

  /** Index behind the line feed that ends the record, or -1 when it is not among these bytes. */
  find(bytes: Buffer, from: number): number {
    const next = this.#find(bytes, from)
    this.#length += (next < 0 ? bytes.length : next) - from
    return next
  }

  #find(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      if (this.#state === 'quoted') {
        const close = this.#closeIn(bytes, at)
        if (this.#openLine === 0) this.#findOpenLine(bytes, from, at, close < 0 ? bytes.length : close)
        if (close < 0) return -1
        at = close
        this.#state = 'behind a quote'
        continue
      }
      const code = bytes[at]!
      if (code === LF) return at + 1
      if (this.#state !== 'text' || code === this.#comma) this.#state = this.#next(code)
    }
    return -1
  }

  /** Index of the quote that closes, or -1 when it is not among these bytes. */
  #closeIn(bytes: Buffer, from: number): number {
    if (this.#escape === undefined) return bytes.indexOf(this.#quote, from)
    for (let at = from; at < bytes.length; at++) {
      const code = bytes[at]!
      if (code === this.#quote && !this.#isEscaped) return at
      this.#isEscaped = code === this.#escape && !this.#isEscaped
    }
    return -1
  }

  #findOpenLine(bytes: Buffer, from: number, at: number, end: number): void {
    const newline = bytes.subarray(at, end).indexOf(LF)
    if (newline >= 0) this.#openLine = this.#length + at - from + newline + 1
  }

  #next(code: number): State {
    if (code === this.#comma) {
      this.#space = spaces
      return 'cell start'
    }
    if (this.#state === 'behind a quote') return code === this.#quote ? 'quoted' : 'text'
    if (code === this.#quote && this.#space === spaces) {
      this.#openLine = 0
      return 'quoted'
    }
    const space = code === this.#quote ? undefined : this.#space.get(code)
    if (!space) return 'text'
    this.#space = space
    return 'cell start'
  }
}
