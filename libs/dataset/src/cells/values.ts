import { authored, caster, complaintOf, type Caster } from './casts.ts'
import { constraint, type Constrain } from './constraints.ts'
import type { Field } from '../definition/dataset.ts'
import { DefinitionError } from '../definition/errors.ts'
import { normalizeText } from './normalize-text.ts'
import { isExact } from './numbers.ts'
import { isProblem, cellProblem, shortCell, type Problem, type ErrorAt, type Value } from './problems.ts'
import { compileTimes } from '../times/times.ts'

/** Reads one cell. A cell that a shorter header left out is `null` and counts as missing. */
export type CellReader = (text: string | null) => Value | Problem

/**
 * Compiles a field's rules once, in the order Frictionless fixes: clean the text, missing token to null (or default),
 * cast, then constraints on the logical value. What the definition compares cells with (missing tokens, enum, bounds,
 * default) is cleaned and cast like a cell.
 * @param path JSON path of the field in `file`
 * @throws DefinitionError for a format, bound, pattern or default that cannot be understood
 */
export function readRules(field: Field, file = 'field', path = `/${field.name}`): CellReader {
  const refuse: ErrorAt = (at, expected) => new DefinitionError(file, path + at, expected)
  const casting = caster(field, refuse)
  const { cast, complaint } = casting
  const constrain = constraint(field, casting, refuse)
  const missing = missingTest(field)
  const fallback = defaultValue(field, casting, constrain, refuse)
  const absent = fallback === null && field.required ? cellProblem(field, 'required', 'is missing') : fallback
  return (text) => {
    if (text === null) return absent
    const clean = normalizeText(text, field)
    if (missing(clean)) return absent
    const value = cast(clean)
    if (value === undefined) return cellProblem(field, 'type', `"${shortCell(clean)}" ${complaint(clean)}`)
    return constrain === undefined ? value : constrain(value, clean)
  }
}

/**
 * The rules of a field of the key, also where that is the whole row. A cell with more digits than its type keeps is refused: two rows of different
 * keys would become one, and one of them would be lost.
 */
export function keyRules(field: Field): CellReader {
  const read = readRules(field)
  const isKept = exactness(field)
  if (!isKept) return read
  const missing = missingTest(field)
  return (text) => {
    const value = read(text)
    const clean = normalizeText(text ?? '', field)
    if (typeof value !== 'number' || isKept(clean, value) || missing(clean)) return value
    const what = `has more digits than a ${field.type} keeps, so another key could become the same; a primary key like this is a string`
    return cellProblem(field, 'type', `"${shortCell(text ?? '')}" ${what}`)
  }
}

function exactness(field: Field): ((text: string, value: number) => boolean) | undefined {
  if (field.type === 'number') return isExact
  if (field.type !== 'datetime') return undefined
  const fraction = fractionReader(field)
  return (text) => fraction(text) === 0
}

/** How far the datetime of a cell lies behind its millisecond, in nanoseconds: what a revision may be newer by. */
export function fractionReader(field: Field): (text: string | null) => number {
  const { fraction } = compileTimes('datetime', field.format, (expected) => new Error(expected), field)
  return (text) => (text === null ? 0 : fraction(normalizeText(text, field)))
}

/** Comparing lengths first keeps long cells out of the set's hashing. */
function missingTest(field: Field): (text: string) => boolean {
  const tokens = field.missingValues.map((token) => normalizeText(token, field))
  if (tokens.length === 1 && tokens[0] === '') return (text) => text === ''
  const longest = Math.max(-1, ...tokens.map((token) => token.length))
  const set = new Set(tokens)
  return (text) => text.length <= longest && set.has(text)
}

function defaultValue(
  field: Field,
  casting: Caster,
  constrain: Constrain | undefined,
  refuse: ErrorAt,
): Exclude<Value, null> | null {
  if (field.default === undefined) return null
  const value = authored(field, casting.cast, field.default)
  if (value === undefined) throw refuse('/x-dsf/default', complaintOf(casting, field, field.default))
  const checked = constrain === undefined ? value : constrain(value, String(field.default))
  if (isProblem(checked)) throw refuse('/x-dsf/default', checked.message)
  return value
}
