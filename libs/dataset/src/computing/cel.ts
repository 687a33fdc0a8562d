import { Environment, type ASTNode } from '@marcbachmann/cel-js'
import { functions, isOurs, loops, methods, ourName, registerFunctions } from './cel-functions.ts'
import { mostElements } from './cel-texts.ts'
import { compileSearch } from '../cells/patterns.ts'

/** How often the innermost of several loops may be gone through, for one row. */
const mostRounds = 10_000
/** Levels of an expression: each is a call of the one that evaluates it. */
const deepest = 1000

/**
 * CEL with our functions, which have a bound in time and memory whatever a cell is; `bounded` puts them in their place.
 * @param longest characters of a text that `join` makes
 */
export function celEnvironment(longest: number): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: false })
  registerFunctions(environment, longest)
  return environment
}

type RefuseExpression = (message: string) => Error

/** Where a part of an expression stands: how often it is evaluated for a row, and how deep it lies. */
interface Where {
  rounds: number
  depth: number
}

/**
 * Puts our functions in the place of those of the same name.
 * @throws what `refuse` makes of the reason, for a function that is not in the list, and for loops that would be gone through
 * too often
 */
export function bounded(node: ASTNode, refuse: RefuseExpression): void {
  const visit = (part: unknown, where: Where): void => {
    if (Array.isArray(part)) for (const one of part) visit(one, where)
    if (!isNode(part)) return
    if (where.depth > deepest) throw refuse(`is nested more than ${deepest} levels deep`)
    const inner = { ...where, depth: where.depth + 1 }
    const body = part.op === 'rcall' ? inLoop(part, inner, refuse) : inner
    if (part.op === 'call' || part.op === 'rcall') replace(part, where, refuse)
    if (part.op !== 'rcall') return visit(part.args, inner)
    visit(part.args[1], inner)
    visit(part.args[2], body)
  }
  visit(node, { rounds: 1, depth: 0 })
}

type Call = Extract<ASTNode, { op: 'call' | 'rcall' }>

/** Where the values of a method stand: those of a loop are evaluated for each element. */
function inLoop(
  { args: [name, receiver] }: Extract<ASTNode, { op: 'rcall' }>,
  where: Where,
  refuse: RefuseExpression,
) {
  if (!loops.includes(name)) return where
  const elements = receiver.op === 'list' ? receiver.args.length : mostElements
  const rounds = where.rounds * Math.max(1, elements)
  if (rounds > mostRounds)
    throw refuse(
      `${name} inside of another loop: ${rounds} rounds for a row, at most ${mostRounds}; a list that is made of cells counts ${mostElements}`,
    )
  return { ...where, rounds }
}

function replace(call: Call, { rounds }: Where, refuse: RefuseExpression): void {
  const name = call.args[0]
  const isMethod = call.op === 'rcall'
  const known = isMethod ? methods : functions
  if (!known.includes(name))
    throw refuse(
      `${name} is no ${isMethod ? 'method' : 'function'} of an expression; there are ${known.join(', ')}`,
    )
  if (name === 'matches' && isMethod) checkPattern(call.args[2][0], refuse)
  if (isOurs(name, isMethod)) call.args[0] = ourName(name, rounds > 1)
}

/**
 * A text or a list that a loop adds to itself doubles, and again in each loop behind it. To be asked of a checked expression.
 * @throws what `refuse` makes of the reason
 */
export function refuseDoubling(node: ASTNode, refuse: RefuseExpression): void {
  const visit = (part: unknown, elements: string[]): void => {
    if (Array.isArray(part)) for (const one of part) visit(one, elements)
    if (!isNode(part)) return
    if (doubles(part, elements))
      throw refuse(
        'in a loop, a text or a list is not added to what is made of an element too: it would double',
      )
    if (part.op !== 'rcall') return visit(part.args, elements)
    const [name, receiver, values] = part.args
    visit(receiver, elements)
    const [element] = loops.includes(name) ? values : []
    visit(values, element?.op === 'id' ? [...elements, element.args] : elements)
  }
  visit(node, [])
}

const doubles = (part: ASTNode, elements: string[]) =>
  part.op === '+' && /^(string|list)/.test(typeOf(part)) && part.args.every((one) => names(one, elements))

const names = (part: unknown, wanted: string[]): boolean =>
  Array.isArray(part)
    ? part.some((one) => names(one, wanted))
    : isNode(part) && (part.op === 'id' ? wanted.includes(part.args) : names(part.args, wanted))

/** What the checker found; the types of the package do not name it. */
const typeOf = (node: ASTNode) => String((node as { checkedType?: unknown }).checkedType)

const isNode = (part: unknown): part is ASTNode =>
  part !== null && typeof part === 'object' && 'op' in part && 'args' in part

/** Data never becomes an expression, and a wrong one is found now. */
function checkPattern(pattern: ASTNode | undefined, refuse: RefuseExpression): void {
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string')
    throw refuse('matches takes a pattern that is written out, as in "^earth"')
  compileSearch(pattern.args, refuse)
}
