import type { Environment } from '@marcbachmann/cel-js'
import { none, ofTexts, pointAt, type Signatures } from './cel-texts.ts'
import { castNumber } from '../cells/numbers.ts'

/** Characters of a text that a function reads or makes inside of a loop: there it is called as often as a list has elements. */
const longestInLoop = 1000

/** How ours are called in an environment: cel-js keeps its own of the same names. */
export const ourName = (name: string, isInLoop: boolean) => `dsf_${isInLoop ? 'loop_' : ''}${name}`

/** A message of cel-js in the words of the definition. */
export const inTheirWords = (message: string) => message.replace(/dsf_(?:loop_)?/g, '')

/** Functions of one value, by its type. */
const ofOne: Record<string, Signatures<never>> = {
  size: {
    '(string): int': (text: string) => BigInt(pointAt(text, text.length)),
    '(list<dyn>): int': (list: unknown[]) => BigInt(list.length),
  },
  int: {
    '(int): int': (value: bigint) => value,
    '(double): int': (value: number) =>
      Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : none(`${value} is no int`),
    '(string): int': readInt,
  },
  double: {
    '(double): double': (value: number) => value,
    '(int): double': (value: bigint) => Number(value),
    '(string): double': (text: string) => castNumber(text) ?? none('a text is no double'),
  },
}

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

/** Functions of cel-js that are as CEL has them, and take no more time than their values are long. */
const plain = ['string', 'bool']

export const loops = ['all', 'exists', 'exists_one', 'map', 'filter']
export const methods = [...Object.keys(ofTexts), 'join', ...loops]
export const functions = [...Object.keys(ofOne), ...plain, 'pow', ...Object.keys(oneNumber)]
/** Those for which `ourName` stands in. */
export const isOurs = (name: string, isMethod: boolean) =>
  name in ofOne || (isMethod && name in ofTexts) || name === 'join'

/** @param longest characters of a text that `join` makes */
export function registerFunctions(environment: Environment, longest: number): void {
  const define = (signature: string, call: (...values: never[]) => unknown) =>
    environment.registerFunction(signature, call)
  define('pow(double, double): double', Math.pow)
  for (const [name, call] of Object.entries(oneNumber)) define(`${name}(double): double`, call)
  for (const isInLoop of [false, true]) {
    const named = (name: string) => ourName(name, isInLoop)
    for (const [name, signatures] of Object.entries(ofTexts))
      for (const [signature, call] of Object.entries(signatures))
        define(`string.${named(name)}${signature}`, isInLoop ? short(call) : call)
    for (const [name, signatures] of Object.entries(ofOne))
      for (const [signature, call] of Object.entries(signatures))
        define(named(name) + signature, isInLoop ? short(call) : call)
    define(`list<dyn>.${named('size')}(): int`, (list: unknown[]) => BigInt(list.length))
    const most = isInLoop ? longestInLoop : longest
    define(`list<string>.${named('join')}(): string`, (list: string[]) => joined(list, '', most))
    define(`list<string>.${named('join')}(string): string`, (list: string[], by: string) =>
      joined(list, by, most),
    )
  }
}

/** The same, without a result for a text that is too long for a loop. */
function short(call: (...values: never[]) => unknown) {
  return (...values: never[]) => {
    for (const value of values as unknown[])
      if (typeof value === 'string' && value.length > longestInLoop)
        none(`in a loop, a text of more than ${longestInLoop} characters is not read`)
    return call(...values)
  }
}

function readInt(text: string): bigint {
  const value = /^[+-]?\d{1,19}$/.test(text) ? BigInt(text.replace('+', '')) : none('a text is no int')
  return BigInt.asIntN(64, value) === value ? value : none('a text is too large for an int')
}

function joined(list: string[], by: string, longest: number): string {
  let length = 0
  for (const text of list) length += text.length + by.length
  return length <= longest + by.length ? list.join(by) : none(`join makes at most ${longest} characters`)
}
