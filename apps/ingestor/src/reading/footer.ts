import { LF } from './read-record.ts'

/** More than this behind the last row is no footer: a row that begins like one must not cost the rows behind it. */
const most = { lines: 100, bytes: 64 * 1024 }

/** What follows the last row of a file. Nothing of it is kept. */
export class Footer {
  readonly #begin: number
  #bytes = 0
  #lines = 0
  #isInLine = false

  /** @param begin byte of the file at which it begins */
  constructor(begin: number) {
    this.#begin = begin
  }

  push(bytes: Buffer): void {
    this.#bytes += bytes.length
    for (let at = 0; at < bytes.length && !this.problem; at++)
      if (bytes[at] === LF) {
        this.#lines++
        this.#isInLine = false
      } else this.#isInLine = true
  }

  get lines(): number {
    return this.#lines + (this.#isInLine ? 1 : 0)
  }

  /** A sentence, where it cannot be one. */
  get problem(): string | undefined {
    if (this.lines <= most.lines && this.#bytes <= most.bytes) return undefined
    return `the line at byte ${this.#begin} begins like a footer of the definition, and more than ${most.lines} lines or ${most.bytes} bytes follow it, which may be rows: x-dsf.reading.footer needs a longer beginning`
  }
}
