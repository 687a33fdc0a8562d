/** What a piece of a file holds, when it is read. */

/** Where a row may start: a byte of the decompressed file, and how many data rows lie before it. */
export interface Position {
  byte: number
  row: number
}

/** `row` counts from 1, the header and blank lines not counted; `byte` is where the row begins in the file. */
export interface ScannedRow {
  row: number
  byte: number
  cells: string[]
}

/** `bytes` are those of the file, without the line end and cut at `maxRowBytes`. */
export interface UnreadableRow {
  row: number
  byte: number
  bytes: Buffer
  reason: string
}

/** What one chunk completed. */
export interface Block {
  rows: ScannedRow[]
  unreadable: UnreadableRow[]
  /** rows and lines that were let pass, by what of the definition lets them */
  tolerated: Record<string, number>
  /** A scanner started here yields exactly what is still to come. */
  end: Position
}

export function emptyBlock(end: Position): Block {
  return { rows: [], unreadable: [], tolerated: {}, end }
}

export function count({ tolerated }: Block, what: string, lines = 1): void {
  tolerated[what] = (tolerated[what] ?? 0) + lines
}
