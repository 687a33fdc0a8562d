import { join } from 'node:path'
import { Environment, EvaluationError, type ASTNode } from '@marcbachmann/cel-js'
import type { Dataset } from './dataset.ts'
import type { ComputedField } from './definition.ts'
import { DefinitionError } from './errors.ts'
import { isSafeInteger, type Value } from './values.ts'

export interface CompiledField {
  name: string
  /**
   * null when a field that the expression uses is null, and when there is no result: a logarithm of nothing, a text
   * that is no number, an index beyond the end. Throws only for a record that lacks a field.
   */
  evaluate: (record: Record<string, Value>) => Value
}

const celTypes = {
  string: 'string',
  integer: 'double',
  number: 'double',
  boolean: 'bool',
  date: 'double',
  datetime: 'double',
} as const
const resultTypes = { string: 'string', integer: 'double', number: 'double', boolean: 'bool' } as const
const oneNumber = {
  log10: Math.log10,
  ln: Math.log,
  exp: Math.exp,
  sqrt: Math.sqrt,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
}

/**
 * Compiles the computed fields, in their order: a later one may use an earlier one. Expressions are CEL, type-checked
 * here; data can never become code.
 * @throws DefinitionError with the path of the expression and what CEL says of it
 */
export function compileExpressions(dataset: Dataset): CompiledField[] {
  const environment = functions()
  const offered = new Set<string>()
  const offer = (name: string, type: string) => {
    if (register(environment, name, type)) offered.add(name)
  }
  for (const field of dataset.fields) offer(field.column, celTypes[field.type])
  return dataset.computed.map((field, i) => {
    const refuse = (message: string) =>
      new DefinitionError(
        join(dataset.folder, 'datapackage.json'),
        `/x-dsf/computed/${i}/expression`,
        message,
      )
    const compiled = compile(environment, offered, field, refuse)
    offer(field.name, resultTypes[field.type])
    return { name: field.name, evaluate: field.type === 'integer' ? rounded(compiled) : compiled }
  })
}

/** CEL keeps some names (`type`, `int`, `in`, …). A field of such a name is fine, only expressions cannot use it. */
function register(environment: Environment, name: string, type: string): boolean {
  try {
    environment.registerVariable(name, type)
    return true
  } catch {
    return false
  }
}

function functions(): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: false })
  environment.registerFunction('pow(double, double): double', Math.pow)
  for (const [name, implementation] of Object.entries(oneNumber))
    environment.registerFunction(`${name}(double): double`, implementation)
  return environment
}

function compile(
  environment: Environment,
  offered: Set<string>,
  field: ComputedField,
  refuse: (message: string) => Error,
): CompiledField['evaluate'] {
  const parsed = parse(environment, field.expression, refuse)
  const wanted = resultTypes[field.type]
  const { valid, type, error } = parsed.check()
  if (!valid) throw refuse(error?.message ?? 'is not valid')
  if (String(type) !== wanted) throw refuse(`gives ${String(type)}, expected ${wanted}`)
  const used = variables(parsed.ast).filter((name) => offered.has(name))
  return (record) => {
    for (const name of used) {
      if (record[name] === null) return null
      if (record[name] === undefined) throw new Error(`${field.name}: the record has no ${name}`)
    }
    return finite(() => parsed(record) as Value)
  }
}

/** The types are checked, so what is left to fail is a value that the expression has no result for. */
function finite(evaluate: () => Value): Value {
  try {
    const value = evaluate()
    return typeof value === 'number' && !Number.isFinite(value) ? null : value
  } catch (error) {
    if (error instanceof EvaluationError) return null
    throw error
  }
}

function parse(environment: Environment, expression: string, refuse: (message: string) => Error) {
  try {
    return environment.parse(expression)
  } catch (error) {
    throw refuse((error as Error).message)
  }
}

const rounded = (evaluate: CompiledField['evaluate']) => (record: Record<string, Value>) => {
  const value = evaluate(record)
  if (typeof value !== 'number') return value
  const integer = Math.round(value) + 0
  return isSafeInteger(integer) ? integer : null
}

/** Names that an expression reads: `null` in any of them makes the result null, as in SQL. */
function variables(node: ASTNode): string[] {
  const found = new Set<string>()
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(visit)
    else if (part !== null && typeof part === 'object' && 'op' in part && 'args' in part) {
      if (part.op === 'id') found.add(String(part.args))
      else visit(part.args)
    }
  }
  visit(node)
  return [...found]
}
