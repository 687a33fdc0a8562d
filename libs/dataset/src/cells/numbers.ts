const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const whole = /^[+-]?\d+$/

/** Finite decimal numbers only: JavaScript's hexadecimal forms, Infinity and NaN are no CSV numbers, -0 is 0. */
export function castNumber(text: string): number | undefined {
  const short = shortDecimal(text)
  if (short !== undefined) return short
  const value = +text
  return Number.isFinite(value) && decimal.test(text) ? value + 0 : undefined
}

const powersOfTen = Array.from({ length: 15 }, (_, i) => Number(`1e${i}`))

/**
 * `-12.345`, the form of nearly every number, in half the time. To 15 digits, the digits and the power of ten are exact
 * in a double, so their quotient is the double next to the decimal: what the slow way gives.
 */
// eslint-disable-next-line complexity -- once per number cell: one loop, no calls
function shortDecimal(text: string): number | undefined {
  const { length } = text
  const negative = text.charCodeAt(0) === 0x2d
  const start = negative ? 1 : 0
  if (length === start || length - start > 15) return undefined
  let digits = 0
  let point = -1
  for (let i = start; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x30 && code <= 0x39) digits = digits * 10 + code - 0x30
    else if (code === 0x2e && point === -1 && i > start) point = i
    else return undefined
  }
  const value = point === -1 ? digits : digits / powersOfTen[length - 1 - point]!
  return negative ? 0 - value : value
}

/**
 * The integers that survive the whole pipeline are those to 2^52: beyond, Avro's JavaScript encoder turns negative ones
 * into others without a word, and from 2^53 on a double does so to all.
 */
const largestInteger = 2 ** 52
export const isSafeInteger = (value: number) => Number.isInteger(value) && Math.abs(value) <= largestInteger

/** Digits only: `4.0` is a number. Too large integers are refused, not changed. */
export function castInteger(text: string): number | undefined {
  const value = +text
  return isSafeInteger(value) && whole.test(text) ? value + 0 : undefined
}

/** Why a text that was not read as a number or an integer was not, where it is one all the same. */
export function tooLarge(type: 'number' | 'integer', text: string): string | undefined {
  if (type === 'integer' && whole.test(text))
    return `is too large for an integer, which is at most ${largestInteger} in size`
  if (type === 'number' && decimal.test(text))
    return `is too large for a number, which is at most ${Number.MAX_VALUE} in size`
  return undefined
}

/** Below it, down to 0, a double has fewer digits the smaller it is. */
const smallestNormal = 2 ** -1022

/**
 * Whether another number could become the same double. To 15 digits none can, but next to 0; with more, only the digits that programs
 * themselves write for a double tell it from all others: the shortest ones, or 17 or 19 of its own. Two cells are one key, then, where a program wrote one double in both.
 */
export function isExact(text: string, value: number): boolean {
  const isNormal = Math.abs(value) >= smallestNormal
  if (isNormal && text.length <= 15) return true
  const digits = significant(text)
  return (
    (isNormal && digits.length <= 15) || digits === significant(String(value)) || isPrinted(digits, value)
  )
}

/** `%.17g` writes all digits that tell doubles apart, and `%.18e` is how NumPy writes them. Of other lengths more would be one by chance. */
const printedDigits = [17, 19]

const isPrinted = (digits: string, value: number): boolean =>
  printedDigits.some((count) => printed(value, count) === digits)

/** Of the double's own digits so many, as C rounds them: of two that are as near, the even one. JavaScript takes the larger one. */
function printed(value: number, count: number): string {
  const all = digitsOf(value.toPrecision(100))
  const [kept, rest] = [all.slice(0, count), all.slice(count)]
  const isEvenTie = /^50*$/.test(rest) && Number(kept.at(-1)) % 2 === 0
  return significant(isEvenTie ? kept : value.toPrecision(count))
}

const significant = (text: string) => digitsOf(text).replace(/0+$/, '')

/** From the first that is not 0 on. */
const digitsOf = (text: string) =>
  text
    .replace(/(?<=[\d.])[eE][+-]?\d.*/, '')
    .replace(/[^\d]/g, '')
    .replace(/^0+/, '')
