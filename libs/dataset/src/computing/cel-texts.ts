import { EvaluationError } from '@marcbachmann/cel-js'
import { compileSearch } from '../cells/patterns.ts'

/** What the parser itself allows of a list in an expression: lists that are made of cells get no longer. */
export const mostElements = 1000

/** By what stands in brackets behind the name, and the type of the result. */
export type Signatures<Receiver> = Record<string, (receiver: Receiver, ...values: never[]) => unknown>

/** CEL counts a text in code points. Methods of texts, by name and signature. */
export const ofTexts: Record<string, Signatures<string>> = {
  contains: { '(string): bool': (text, part: string) => text.includes(part) },
  startsWith: { '(string): bool': (text, part: string) => text.startsWith(part) },
  endsWith: { '(string): bool': (text, part: string) => text.endsWith(part) },
  lowerAscii: { '(): string': (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) },
  upperAscii: { '(): string': (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) },
  trim: { '(): string': (text) => text.trim() },
  size: { '(): int': (text) => BigInt(pointAt(text, text.length)) },
  indexOf: {
    '(string): int': (text, part: string) => BigInt(pointAt(text, text.indexOf(part))),
    '(string, int): int': (text, part: string, from: bigint) =>
      BigInt(pointAt(text, text.indexOf(part, unitAt(text, from)))),
  },
  lastIndexOf: {
    '(string): int': (text, part: string) => BigInt(pointAt(text, text.lastIndexOf(part))),
    '(string, int): int': (text, part: string, from: bigint) =>
      BigInt(pointAt(text, text.lastIndexOf(part, unitAt(text, from)))),
  },
  substring: {
    '(int): string': (text, from: bigint) => text.slice(unitAt(text, from)),
    '(int, int): string': (text, from: bigint, to: bigint) =>
      from <= to ? text.slice(unitAt(text, from), unitAt(text, to)) : none('substring ends before it begins'),
  },
  matches: { '(string): bool': searching() },
  split: { '(string): list<string>': split },
}

const hasPairs = (text: string) => /[\ud800-\udbff]/.test(text)

/** How many code points lie before a place that is given in UTF-16 units; -1 stays -1. */
export function pointAt(text: string, unit: number): number {
  if (unit <= 0 || !hasPairs(text)) return unit
  let points = 0
  for (let i = 0; i < unit; i += text.codePointAt(i)! > 0xffff ? 2 : 1) points++
  return points
}

function unitAt(text: string, point: bigint): number {
  const wanted = Number(point)
  let unit = wanted
  if (hasPairs(text)) {
    unit = 0
    for (let i = 0; i < wanted && unit <= text.length; i++)
      unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1
  }
  return wanted >= 0 && unit <= text.length ? unit : none(`${point} is no place in a text`)
}

/** Data never becomes an expression: the pattern stands in the definition, which was checked. */
function searching(): (text: string, pattern: string) => boolean {
  const compiled = new Map<string, (text: string) => boolean | undefined>()
  return (text, pattern) => {
    let search = compiled.get(pattern)
    if (!search) compiled.set(pattern, (search = compileSearch(pattern, (reason) => new Error(reason))))
    return search(text) ?? none(`matches is not tried on ${text.length} characters`)
  }
}

function split(text: string, by: string): string[] {
  const list = by === '' ? points(text) : text.split(by, mostElements + 1)
  return list.length <= mostElements ? list : none(`split makes at most ${mostElements} texts`)
}

/** Its code points, as far as `split` looks. */
const points = (text: string) => Array.from(text.slice(0, 2 * (mostElements + 1)))

/** Ends an evaluation without a result. */
export function none(why: string): never {
  throw new EvaluationError(why)
}
