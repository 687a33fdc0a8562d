import { Environment, EvaluationError, type ASTNode } from '@marcbachmann/cel-js'
import { compileSearch } from './patterns.ts'

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

/** What the parser itself allows of a list in an expression: lists that are made of cells get no longer. */
const mostElements = 1000

/**
 * CEL with our functions. Some of its own take any time or memory that a cell asks for; ours of the same name do not, and
 * `bounded` puts them in their place.
 * @param longest characters of a text that `join` makes
 */
export function celEnvironment(longest: number): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: false })
  environment.registerFunction('pow(double, double): double', Math.pow)
  for (const [name, implementation] of Object.entries(oneNumber))
    environment.registerFunction(`${name}(double): double`, implementation)
  const define = (signature: string, implementation: (...values: never[]) => unknown) =>
    environment.registerFunction(signature, implementation)
  define('string.dsfMatches(string): bool', searching())
  define('string.dsfSplit(string): list<string>', (text: string, by: string) =>
    parts(text.split(by, mostElements + 1)),
  )
  define('list<string>.dsfJoin(): string', (list: string[]) => joined(list, '', longest))
  define('list<string>.dsfJoin(string): string', (list: string[], by: string) => joined(list, by, longest))
  return environment
}

const ours: Record<string, string> = { matches: 'dsfMatches', split: 'dsfSplit', join: 'dsfJoin' }
const loops = ['all', 'exists', 'exists_one', 'map', 'filter']

/**
 * Puts our functions in the place of those that have no bound.
 * @throws what `refuse` makes of the reason, for an expression whose time would grow with the square of a cell's length
 */
export function bounded(node: ASTNode, refuse: (message: string) => Error): void {
  const visit = (part: unknown, isInLoop: boolean): void => {
    if (Array.isArray(part)) for (const one of part) visit(one, isInLoop)
    if (!isNode(part)) return
    if (part.op !== 'rcall') return visit(part.args, isInLoop)
    const [name, receiver, values] = part.args
    const isLoop = loops.includes(name) && receiver.op !== 'list'
    if (isLoop && isInLoop)
      throw refuse(`${name} inside of another one goes over a list that is written out, as in [1.0, 2.0]`)
    checkCall(name, values, refuse)
    if (name in ours) part.args[0] = ours[name]!
    visit(receiver, isInLoop)
    visit(values, isInLoop || isLoop)
  }
  visit(node, false)
}

function checkCall(name: string, values: ASTNode[], refuse: (message: string) => Error): void {
  if (name === 'matches') checkPattern(values[0], refuse)
  if (name === 'split' && values.length > 1) throw refuse('split takes the separator and no limit')
  if (name.startsWith('dsf')) throw refuse(`${name} is no function of ours for a definition`)
}

const isNode = (part: unknown): part is ASTNode =>
  part !== null && typeof part === 'object' && 'op' in part && 'args' in part

/** Data never becomes an expression, and a wrong one is found now. */
function checkPattern(pattern: ASTNode | undefined, refuse: (message: string) => Error): void {
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string')
    throw refuse('matches takes a pattern that is written out, as in "^earth"')
  compileSearch(pattern.args, refuse)
}

function searching(): (text: string, pattern: string) => boolean {
  const compiled = new Map<string, (text: string) => boolean | undefined>()
  return (text, pattern) => {
    let search = compiled.get(pattern)
    if (!search) compiled.set(pattern, (search = compileSearch(pattern, (reason) => new Error(reason))))
    return search(text) ?? none(`matches is not tried on ${text.length} characters`)
  }
}

const parts = (list: string[]) =>
  list.length <= mostElements ? list : none(`split makes at most ${mostElements} texts`)

function joined(list: string[], by: string, longest: number): string {
  let length = 0
  for (const text of list) length += text.length + by.length
  return length <= longest + by.length ? list.join(by) : none(`join makes at most ${longest} characters`)
}

/** Ends an evaluation without a result. */
function none(why: string): never {
  throw new EvaluationError(why)
}
