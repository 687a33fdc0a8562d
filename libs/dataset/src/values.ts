import type { Field } from './dataset.ts'
import { DefinitionError } from './errors.ts'
import { normalizeText } from './normalize-text.ts'
import { compileTime } from './times.ts'

/** A cell's logical value: numbers for numbers, milliseconds for datetimes, days since 1970 for dates, null when missing. */
export type Value = string | number | boolean | null

/** Why a cell is refused. The codes are few and fixed, because receipts count by them. */
export interface Problem {
  field: string
  code: 'required' | 'type' | 'minimum' | 'maximum' | 'enum' | 'pattern' | 'length'
  message: string
}

export const isProblem = (read: Value | Problem): read is Problem => typeof read === 'object' && read !== null

/** Reads one cell. A cell that a shorter header left out is `null` and counts as missing. */
export type CellReader = (text: string | null) => Value | Problem

/** Makes the error for a wrong part of a field: `at` is its path below the field, as in `/constraints/minimum`. */
type Refuse = (at: string, expected: string) => DefinitionError

/**
 * Compiles a field's rules once, in the order Frictionless fixes: clean the text, missing token to null (or default),
 * cast, then constraints on the logical value. What the definition compares cells with (missing tokens, enum, bounds,
 * default) is cleaned and cast like a cell.
 * @param path JSON path of the field in `file`
 * @throws DefinitionError for a format, bound, pattern or default that cannot be understood
 */
export function readRules(field: Field, file = 'field', path = `/${field.name}`): CellReader {
  const refuse: Refuse = (at, expected) => new DefinitionError(file, path + at, expected)
  const cast = caster(field, refuse)
  const constrain = constraint(field, cast, refuse)
  const missing = missingTest(field)
  const fallback = defaultValue(field, cast, constrain, refuse)
  const absent = fallback === null && field.required ? problem(field, 'required', 'is missing') : fallback
  return (text) => {
    if (text === null) return absent
    const clean = normalizeText(text, field)
    if (missing(clean)) return absent
    const value = cast(clean)
    if (value === undefined)
      return problem(field, 'type', `"${shorten(clean)}" is no ${field.type}${formatHint(field)}`)
    return constrain === undefined ? value : constrain(value, clean)
  }
}

const shorten = (text: string) => (text.length > 80 ? text.slice(0, 80) + '…' : text)
const formatHint = (field: Field) => (field.format === 'default' ? '' : ` of the format ${field.format}`)
const problem = (field: Field, code: Problem['code'], what: string): Problem => ({
  field: field.name,
  code,
  message: `${field.name} ${what}`,
})

/** Comparing lengths first keeps long cells out of the set's hashing. */
function missingTest(field: Field): (text: string) => boolean {
  const tokens = field.missingValues.map((token) => normalizeText(token, field))
  if (tokens.length === 1 && tokens[0] === '') return (text) => text === ''
  const longest = Math.max(-1, ...tokens.map((token) => token.length))
  const set = new Set(tokens)
  return (text) => text.length <= longest && set.has(text)
}

type Cast = (text: string) => Exclude<Value, null> | undefined

function caster(field: Field, refuse: Refuse): Cast {
  const isTime = field.type === 'date' || field.type === 'datetime'
  if (!isTime && field.format !== 'default')
    throw refuse('/format', `"${field.format}" is not supported for a ${field.type}`)
  switch (field.type) {
    case 'string':
      return (text) => text
    case 'number':
      return castNumber
    case 'integer':
      return castInteger
    case 'boolean':
      return castBoolean(field)
    case 'date':
    case 'datetime':
      return compileTime(field.type, field.format, (expected) => refuse('/format', expected))
  }
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const whole = /^[+-]?\d+$/

/** Finite decimal numbers only: JavaScript's hexadecimal forms, Infinity and NaN are no CSV numbers, -0 is 0. */
function castNumber(text: string): number | undefined {
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
export const isSafeInteger = (value: number) => Number.isInteger(value) && Math.abs(value) <= 2 ** 52

/** Digits only: `4.0` is a number. Too large integers are refused, not changed. */
function castInteger(text: string): number | undefined {
  const value = +text
  return isSafeInteger(value) && whole.test(text) ? value + 0 : undefined
}

function castBoolean(field: Field): Cast {
  const truths = new Map<string, boolean>()
  for (const token of field.trueValues) truths.set(normalizeText(token, field), true)
  for (const token of field.falseValues) truths.set(normalizeText(token, field), false)
  return (text) => truths.get(text)
}

/** A value that stands in the definition, as the cell of that text would be read. */
function authored(field: Field, cast: Cast, value: string | number | boolean) {
  return field.type === 'boolean' && typeof value === 'boolean'
    ? value
    : cast(normalizeText(String(value), field))
}

function defaultValue(
  field: Field,
  cast: Cast,
  constrain: Constrain | undefined,
  refuse: Refuse,
): Exclude<Value, null> | null {
  if (field.default === undefined) return null
  const value = authored(field, cast, field.default)
  if (value === undefined) throw refuse('/x-dsf/default', `"${field.default}" is no ${field.type}`)
  const checked = constrain === undefined ? value : constrain(value, String(field.default))
  if (isProblem(checked)) throw refuse('/x-dsf/default', checked.message)
  return value
}

/** One constraint. A cell that does not hold to it is refused with `complaint`, which is given the cleaned text. */
interface Rule {
  code: Problem['code']
  holds: (value: Exclude<Value, null>) => boolean
  complaint: (text: string) => string
}

type Constrain = (value: Exclude<Value, null>, text: string) => Value | Problem

function constraint(field: Field, cast: Cast, refuse: Refuse): Constrain | undefined {
  const rules = [
    ...bounds(field, cast, refuse),
    ...allowedValues(field, cast, refuse),
    ...textRules(field, refuse),
  ]
  if (rules.length === 0) return undefined
  return (value, text) => {
    for (const rule of rules) if (!rule.holds(value)) return problem(field, rule.code, rule.complaint(text))
    return value
  }
}

/** Every way to be bounded: on which side, and whether the bound itself is allowed. */
const boundRules = [
  { name: 'minimum', code: 'minimum', where: 'below', holds: (v: number, b: number) => v >= b },
  { name: 'maximum', code: 'maximum', where: 'above', holds: (v: number, b: number) => v <= b },
  { name: 'exclusiveMinimum', code: 'minimum', where: 'not above', holds: (v: number, b: number) => v > b },
  { name: 'exclusiveMaximum', code: 'maximum', where: 'not below', holds: (v: number, b: number) => v < b },
] as const

function bounds(field: Field, cast: Cast, refuse: Refuse): Rule[] {
  return boundRules.flatMap(({ name, code, where, holds }) => {
    const written = field.constraints[name]
    if (written === undefined) return []
    if (field.type === 'string' || field.type === 'boolean')
      throw refuse(`/constraints/${name}`, `applies to numbers and times, not to a ${field.type}`)
    const bound = authored(field, cast, written)
    if (typeof bound !== 'number') throw refuse(`/constraints/${name}`, `"${written}" is no ${field.type}`)
    const complaint = (text: string) => `${shorten(text)} is ${where} ${written}`
    return [{ code, holds: (value) => holds(value as number, bound), complaint }]
  })
}

function allowedValues(field: Field, cast: Cast, refuse: Refuse): Rule[] {
  const allowed = field.constraints.enum
  if (!allowed) return []
  const values = allowed.map((written, i) => {
    const value = authored(field, cast, written)
    if (value === undefined) throw refuse(`/constraints/enum/${i}`, `"${written}" is no ${field.type}`)
    return value
  })
  const set = new Set(values)
  const complaint = (text: string) => `"${shorten(text)}" is none of the allowed values`
  return [{ code: 'enum', holds: (value) => set.has(value), complaint }]
}

function textRules(field: Field, refuse: Refuse): Rule[] {
  const { pattern, minLength, maxLength } = field.constraints
  for (const [name, value] of Object.entries({ pattern, minLength, maxLength }))
    if (value !== undefined && field.type !== 'string')
      throw refuse(`/constraints/${name}`, `applies to strings, not to a ${field.type}`)
  const rules: Rule[] = []
  if (pattern !== undefined) {
    const regex = compilePattern(pattern, refuse)
    const complaint = (text: string) => `"${shorten(text)}" does not match ${pattern}`
    rules.push({ code: 'pattern', holds: (value) => regex.test(value as string), complaint })
  }
  if (minLength !== undefined || maxLength !== undefined)
    rules.push(lengthRule(minLength ?? 0, maxLength ?? Infinity))
  return rules
}

/** Counts characters (code points), as Frictionless does, not UTF-16 units. */
function lengthRule(least: number, most: number): Rule {
  // eslint-disable-next-line @typescript-eslint/no-misused-spread -- code points are what is meant
  const length = (text: string) => [...text].length
  const allowed = `${least} to ${most === Infinity ? 'any number' : most}`
  return {
    code: 'length',
    holds: (value) => length(value as string) >= least && length(value as string) <= most,
    complaint: (text) => `has ${length(text)} characters, allowed are ${allowed}`,
  }
}

function compilePattern(pattern: string, refuse: Refuse): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u')
  } catch (error) {
    throw refuse('/constraints/pattern', (error as Error).message)
  }
}
