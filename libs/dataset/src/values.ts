import type { Field } from './dataset.ts'
import { DefinitionError } from './errors.ts'
import { normalizeText } from './lane.ts'
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

/**
 * Compiles a field's rules once, in the order Frictionless fixes: clean the text, missing token to null (or default),
 * cast, then constraints on the logical value.
 * @throws DefinitionError for a format, bound or pattern that cannot be understood
 */
export function readRules(field: Field, file = field.name): CellReader {
  const cast = caster(field, file)
  const constrain = constraint(field, file, cast)
  const missing = missingTest(field.missingValues)
  const fallback = field.default ?? null
  const absent = fallback === null && field.required ? problem(field, 'required', 'is missing') : fallback
  return (text) => {
    if (text === null) return absent
    const clean = normalizeText(text, field)
    if (missing(clean)) return absent
    const value = cast(clean)
    if (value === undefined) return problem(field, 'type', `"${shorten(clean)}" is no ${field.type}${formatHint(field)}`)
    return constrain === undefined ? value : constrain(value)
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
function missingTest(tokens: string[]): (text: string) => boolean {
  if (tokens.length === 1 && tokens[0] === '') return (text) => text === ''
  const longest = Math.max(-1, ...tokens.map((token) => token.length))
  const set = new Set(tokens)
  return (text) => text.length <= longest && set.has(text)
}

type Cast = (text: string) => Exclude<Value, null> | undefined

function caster(field: Field, file: string): Cast {
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
      return compileTime(field.type, field.format, file)
  }
}

/** Finite decimal numbers only: JavaScript's hexadecimal forms, Infinity and NaN are no CSV numbers. */
function castNumber(text: string): number | undefined {
  const value = +text
  if (!Number.isFinite(value) || (text.charCodeAt(1) | 32) === 0x78) return undefined
  const second = text.charCodeAt(1) | 32
  return second === 0x62 || second === 0x6f || text.trim() === '' ? undefined : value
}

/** Integers beyond 2^53 would silently become another number, so they are refused. */
function castInteger(text: string): number | undefined {
  const value = castNumber(text)
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined
}

function castBoolean(field: Field): Cast {
  const truths = new Map([...field.trueValues.map((t) => [t, true] as const), ...field.falseValues.map((f) => [f, false] as const)])
  return (text) => truths.get(text)
}

type Constrain = (value: Exclude<Value, null>) => Value | Problem

function constraint(field: Field, file: string, cast: Cast): Constrain | undefined {
  const checks = [...bounds(field, file, cast), ...textRules(field, file)]
  if (checks.length === 0) return undefined
  return (value) => {
    for (const check of checks) {
      const refused = check(value)
      if (refused !== undefined) return refused
    }
    return value
  }
}

type Check = (value: Exclude<Value, null>) => Problem | undefined

function bounds(field: Field, file: string, cast: Cast): Check[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = field.constraints
  const limit = (name: string, bound: string | number): number => {
    const value = cast(String(bound))
    if (typeof value === 'number') return value
    throw new DefinitionError(file, `field ${field.name}, constraints.${name}`, `"${bound}" is no ${field.type}`)
  }
  const checks: Check[] = []
  const add = (name: string, bound: string | number | undefined, code: Problem['code'], fails: (v: number, b: number) => boolean) => {
    if (bound === undefined) return
    const b = limit(name, bound)
    checks.push((v) => (fails(v as number, b) ? problem(field, code, `${String(v)} is ${name === code ? 'beyond' : 'at or beyond'} the ${code} ${bound}`) : undefined))
  }
  add('minimum', minimum, 'minimum', (v, b) => v < b)
  add('maximum', maximum, 'maximum', (v, b) => v > b)
  add('exclusiveMinimum', exclusiveMinimum, 'minimum', (v, b) => v <= b)
  add('exclusiveMaximum', exclusiveMaximum, 'maximum', (v, b) => v >= b)
  return checks
}

function textRules(field: Field, file: string): Check[] {
  const { enum: allowed, pattern, minLength, maxLength, unique } = field.constraints
  const checks: Check[] = []
  if (unique) throw new DefinitionError(file, `field ${field.name}, constraints.unique`, 'only the primary key can be unique; name it in primaryKey')
  if (allowed) {
    const set = new Set<unknown>(allowed)
    checks.push((v) => (set.has(v) ? undefined : problem(field, 'enum', `"${shorten(String(v))}" is none of the allowed values`)))
  }
  if (pattern !== undefined) {
    const regex = compilePattern(field, file, pattern)
    checks.push((v) => (regex.test(String(v)) ? undefined : problem(field, 'pattern', `"${shorten(String(v))}" does not match ${pattern}`)))
  }
  if (minLength !== undefined || maxLength !== undefined)
    checks.push((v) => {
      const { length } = String(v)
      if (length >= (minLength ?? 0) && length <= (maxLength ?? Infinity)) return undefined
      return problem(field, 'length', `is ${length} characters long, allowed are ${minLength ?? 0} to ${maxLength ?? 'any number'}`)
    })
  return checks
}

function compilePattern(field: Field, file: string, pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u')
  } catch (error) {
    throw new DefinitionError(file, `field ${field.name}, constraints.pattern`, (error as Error).message)
  }
}
