import type { Mark } from './mark.ts'

const pageMarks = 1024

/** Marks by place: 8 bytes each, and 16 more on a page where one is finer than a number. */
export class MarkColumns {
  readonly #marks: Float64Array[] = []
  readonly #finer: (Float64Array | undefined)[] = []

  get(place: number): Mark | undefined {
    const [page, at] = [Math.floor(place / pageMarks), place % pageMarks]
    const mark = this.#marks[page]?.[at]
    if (mark === undefined || Number.isNaN(mark)) return undefined
    const fine = this.#finer[page]
    if (fine === undefined) return mark
    const [finer, ahead] = [fine[2 * at]!, fine[2 * at + 1]!]
    return finer === 0 && ahead === 0 ? mark : { mark, finer, ahead }
  }

  set(place: number, mark: Mark | undefined): void {
    const [page, at] = [Math.floor(place / pageMarks), place % pageMarks]
    while (this.#marks.length <= page) this.#marks.push(new Float64Array(pageMarks).fill(NaN))
    const { mark: whole, finer, ahead } = typeof mark === 'object' ? mark : { mark, finer: 0, ahead: 0 }
    this.#marks[page]![at] = whole ?? NaN
    if (typeof mark === 'object') this.#finer[page] ??= new Float64Array(2 * pageMarks)
    this.#finer[page]?.set([finer, ahead], 2 * at)
  }
}
