import { RE2JS } from 're2js'
import { longestPattern } from '../definition/limits.ts'
import { plainExpression } from './plain-patterns.ts'
import { shorten } from './shorten.ts'

/** Tells whether a whole text is of the pattern. */
export interface Pattern {
  matches: (text: string) => boolean
  /** characters (UTF-16) of a text that the pattern is tried on; a longer one does not match */
  longest: number
}

/** RE2 takes time in proportion to the text times the pattern, at the worst: these two keep it below some 50 ms. */
const longestText = 1000
const largestProgram = 500

/**
 * Compiles a regular expression of the definition. Its syntax is RE2's: what takes more than linear time (looking around,
 * referring back) is not in it, so no cell can hold a stage up. Plain ones, which nearly all are, run on V8's engine, at a
 * fifth of the time and on texts of any length.
 * @throws what `refuse` makes of the reason, for an expression that RE2 does not take
 */
export function compilePattern(pattern: string, refuse: (expected: string) => Error): Pattern {
  const compiled = compile(pattern, refuse)
  const plain = plainExpression(pattern)
  if (plain) return { matches: (text) => plain.test(text), longest: Infinity }
  refuseLarge(pattern, compiled, refuse)
  const matches = (text: string) => text.length <= longestText && compiled.matches(text)
  return { matches, longest: longestText }
}

/** The same for a search anywhere in a text; undefined for a text that it is not tried on. */
export function compileSearch(
  pattern: string,
  refuse: (expected: string) => Error,
): (text: string) => boolean | undefined {
  const compiled = compile(pattern, refuse)
  refuseLarge(pattern, compiled, refuse)
  return (text) => (text.length <= longestText ? compiled.matcher(text).find() : undefined)
}

function compile(pattern: string, refuse: (expected: string) => Error): RE2JS {
  if (pattern.length > longestPattern)
    throw refuse(
      `"${shorten(pattern, 40)}" has ${pattern.length} characters, expected at most ${longestPattern}`,
    )
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    const reason = (error as Error).message.replace('error parsing regexp: ', '')
    throw refuse(
      `"${pattern}" is no regular expression of RE2 (${reason}); lookaround and backreferences are not in it`,
    )
  }
}

function refuseLarge(pattern: string, compiled: RE2JS, refuse: (expected: string) => Error): void {
  const size = compiled.programSize()
  if (size <= largestProgram) return
  throw refuse(
    `"${pattern}" is too large with its repetitions written out: ${size} steps, at most ${largestProgram}; minLength and maxLength count characters at no cost`,
  )
}
