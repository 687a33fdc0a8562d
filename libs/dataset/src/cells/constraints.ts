import { authored, complaintOf, type Caster } from './casts.ts'
import type { Field } from '../definition/dataset.ts'
import { compilePattern } from './patterns.ts'
import { cellProblem, shortCell, type Problem, type ErrorAt, type Value } from './problems.ts'

/** One constraint. A cell that does not hold to it is refused with `complaint`, which is given the cleaned text. */
interface Rule {
  code: Problem['code']
  holds: (value: Exclude<Value, null>) => boolean
  complaint: (text: string) => string
}

export type Constrain = (value: Exclude<Value, null>, text: string) => Value | Problem

export function constraint(field: Field, caster: Caster, refuse: ErrorAt): Constrain | undefined {
  const rules = [
    ...bounds(field, caster, refuse),
    ...allowedValues(field, caster, refuse),
    ...textRules(field, refuse),
  ]
  if (rules.length === 0) return undefined
  return (value, text) => {
    for (const rule of rules)
      if (!rule.holds(value)) return cellProblem(field, rule.code, rule.complaint(text))
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

function bounds(field: Field, caster: Caster, refuse: ErrorAt): Rule[] {
  return boundRules.flatMap(({ name, code, where, holds }) => {
    const written = field.constraints[name]
    if (written === undefined) return []
    if (field.type === 'string' || field.type === 'boolean')
      throw refuse(`/constraints/${name}`, `applies to numbers and times, not to a ${field.type}`)
    const bound = authored(field, caster.cast, written)
    if (typeof bound !== 'number') throw refuse(`/constraints/${name}`, complaintOf(caster, field, written))
    const complaint = (text: string) => `${shortCell(text)} is ${where} ${written}`
    return [{ code, holds: (value) => holds(value as number, bound), complaint }]
  })
}

function allowedValues(field: Field, caster: Caster, refuse: ErrorAt): Rule[] {
  const allowed = field.constraints.enum
  if (!allowed) return []
  const values = allowed.map((written, i) => {
    const value = authored(field, caster.cast, written)
    if (value === undefined) throw refuse(`/constraints/enum/${i}`, complaintOf(caster, field, written))
    return value
  })
  const set = new Set(values)
  const complaint = (text: string) => `"${shortCell(text)}" is none of the allowed values`
  return [{ code: 'enum', holds: (value) => set.has(value), complaint }]
}

function textRules(field: Field, refuse: ErrorAt): Rule[] {
  const { pattern, minLength, maxLength } = field.constraints
  for (const [name, value] of Object.entries({ pattern, minLength, maxLength }))
    if (value !== undefined && field.type !== 'string')
      throw refuse(`/constraints/${name}`, `applies to strings, not to a ${field.type}`)
  const rules: Rule[] = []
  if (pattern !== undefined) rules.push(patternRule(pattern, refuse))
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

function patternRule(pattern: string, refuse: ErrorAt): Rule {
  const { matches, longest } = compilePattern(pattern, (why) => refuse('/constraints/pattern', why))
  return {
    code: 'pattern',
    holds: (value) => matches(value as string),
    complaint: (text) =>
      text.length > longest
        ? `has ${text.length} characters, and the pattern ${pattern} is tried on at most ${longest}`
        : `"${shortCell(text)}" does not match ${pattern}`,
  }
}
