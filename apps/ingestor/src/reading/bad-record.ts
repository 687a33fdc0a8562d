/** A record that cannot be read, on the way to its end: how long it is, and the bytes of it that are kept. */
import { CR, LF, type CsvDialect } from './read-record.ts'
import { RecordEnd } from './record-end.ts'

/** `length` is that in the file, with the line end; `bytes` are without, and cut at the limit when `isLong`. */
export interface RefusedBytes {
  bytes: Buffer
  length: number
  isLong: boolean
}

/** Holds the limit of a row and no more, however long the record is and in however many chunks it comes. */
export class BadRecord {
  readonly #limit: number
  readonly #end: RecordEnd
  #kept: Buffer | undefined

  constructor(dialect: CsvDialect, limit: number) {
    this.#limit = limit
    this.#end = new RecordEnd(dialect)
  }

  /** Index behind the record, or -1 when it does not end in these bytes. The first ones must be more than the limit or all. */
  push(bytes: Buffer, from: number): number {
    const next = this.#end.find(bytes, from)
    // two more than the limit, for the line end; a copy, so that one bad row does not keep its whole chunk in memory
    this.#kept ??= copied(bytes, from, Math.min(this.#end.length, this.#limit + 2))
    return next
  }

  get length(): number {
    return this.#end.length
  }

  get isUnclosed(): boolean {
    return this.#end.unclosed !== undefined
  }

  /** At the end of the record or the file: all of it, or what ends with the line of a quote that never closed. */
  refused(): RefusedBytes {
    const length = this.#end.unclosed ?? this.#end.length
    const kept = this.#kept!
    let end = Math.min(length, kept.length)
    if (end === length && kept[end - 1] === LF) end -= kept[end - 2] === CR ? 2 : 1
    return { bytes: kept.subarray(0, Math.min(end, this.#limit)), length, isLong: end > this.#limit }
  }
}

/** With one view and not two: a file may be made of nothing but such rows. */
function copied(bytes: Buffer, from: number, most: number): Buffer {
  const copy = Buffer.allocUnsafe(Math.min(most, bytes.length - from))
  bytes.copy(copy, 0, from, from + copy.length)
  return copy
}
