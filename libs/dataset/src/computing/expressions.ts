import { join } from 'node:path'
import { EvaluationError, type ASTNode, type Environment } from '@marcbachmann/cel-js'
import { bounded, celEnvironment, refuseDoubling } from './cel.ts'
import { inTheirWords } from './cel-functions.ts'
import type { Dataset } from '../definition/dataset.ts'
import type { ComputedField } from '../definition/definition.ts'
import { DefinitionError } from '../definition/errors.ts'
import { isSafeInteger } from '../cells/numbers.ts'
import type { Value } from '../cells/problems.ts'

export interface CompiledField {
  name: string
  /**
   * null when a field that the expression uses is null, and when there is no result: a logarithm of nothing, a text
   * that is no number, an index beyond the end, a text that would be too long. Throws only for a record that lacks a field.
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
/**
 * Compiles the computed fields, in their order: a later one may use an earlier one. Expressions are CEL, type-checked
 * here; data can never become code.
 * @throws DefinitionError with the path of the expression and what CEL says of it
 */
export function compileExpressions(dataset: Dataset): CompiledField[] {
  const longest = longestText(dataset)
  const environment = celEnvironment(longest)
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
    const compiled = compile(environment, offered, field, longest, refuse)
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

/**
 * What a computed text may be long: all of them together are no longer than a row of the file may be, whatever its cells
 * are, so that a record does not grow beyond what a topic takes.
 */
function longestText({ computed, source }: Dataset): number {
  const texts = computed.filter(({ type }) => type === 'string').length
  return Math.floor(source.maxRowBytes / Math.max(1, texts))
}

function compile(
  environment: Environment,
  offered: Set<string>,
  field: ComputedField,
  longest: number,
  refuse: (message: string) => Error,
): CompiledField['evaluate'] {
  const { parsed, names } = parse(environment, field.expression, refuse)
  const wanted = resultTypes[field.type]
  const { valid, type, error } = parsed.check()
  if (!valid) throw refuse(explained(error?.message ?? 'is not valid', offered))
  refuseDoubling(parsed.ast, refuse)
  const isNumber = wanted === 'double' && String(type) === 'int'
  if (String(type) !== wanted && !isNumber) throw refuse(`gives ${String(type)}, expected ${wanted}`)
  const used = names.filter((name) => offered.has(name))
  return (record) => {
    for (const name of used) {
      if (record[name] === null) return null
      if (record[name] === undefined) throw new Error(`${field.name}: the record has no ${name}`)
    }
    return result(() => parsed(record) as Value | bigint, longest)
  }
}

/** What CEL says, and what most likely is meant. */
function explained(message: string, columns: Set<string>): string {
  const said = inTheirWords(message)
  if (/== null|!= null|null ==|null !=/.test(said))
    return `${said}\nThere is no test for null: where a column is null, so is the result`
  if (said.includes('Unknown variable')) return `${said}\nThe columns are ${[...columns].join(', ')}`
  if (/no such overload: .*(double|int)/.test(said))
    return `${said}\nColumns of numbers are doubles, so a number beside them needs a point: 2.0`
  return said
}

/** The types are checked, so what is left to fail is a value that the expression has no result for. */
function result(evaluate: () => Value | bigint, longest: number): Value {
  try {
    const value = evaluate()
    if (typeof value === 'bigint') return Number(value)
    if (typeof value === 'string') return value.length <= longest ? value : null
    return typeof value === 'number' && !Number.isFinite(value) ? null : value
  } catch (error) {
    // a text that is longer than any can be
    if (error instanceof EvaluationError || error instanceof RangeError) return null
    throw error
  }
}

function parse(environment: Environment, expression: string, refuse: (message: string) => Error) {
  try {
    const parsed = environment.parse(expression)
    bounded(parsed.ast, refuse)
    return { parsed, names: variables(parsed.ast) }
  } catch (error) {
    if (error instanceof DefinitionError) throw error
    // beyond the levels that the stack has room for, the parser itself ends
    throw refuse(error instanceof RangeError ? 'is nested too deep' : (error as Error).message)
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
