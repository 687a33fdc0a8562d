import type { z } from 'zod'
import { shorten } from '../cells/shorten.ts'
import type { DefinitionProblem } from '../definition/errors.ts'
import { wordsAt } from './unknown-words.ts'
import { nearest, unknownWord } from './words.ts'

type Issue = z.core.$ZodIssue

/** An issue of zod as sentences: what was expected, and what stands there. */
export function describeIssue(json: unknown, issue: Issue): DefinitionProblem[] {
  const path = pathText(issue.path)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((word) => ({
      path: `${path}/${word}`,
      expected: unknownWord(word, wordsAt(issue.path)),
    }))
  const value = valueAt(json, issue.path)
  const expected = expectation(issue)
  if (value === undefined) return [{ path, expected: `is missing, ${expected}` }]
  // an object is what its lines are about
  const found =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? '' : `, found ${shown(value)}`
  return [{ path, expected: `${expected}${meant(issue, value)}${found}` }]
}

const pathText = (path: readonly PropertyKey[]): string => path.map((step) => `/${String(step)}`).join('')

export function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown> | null | undefined)?.[step],
    json,
  )
}

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  tuple: 'a list',
}

function expectation(issue: Issue): string {
  // a sentence of ours begins with a small letter, zod's own do not
  if (/^[a-z]/.test(issue.message)) return issue.message
  if (issue.code === 'invalid_type') return `expected ${kinds[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value')
    return `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(shown).join(', ')}`
  if (issue.code === 'too_small')
    return `expected ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue)}`
  if (issue.code === 'too_big')
    return `expected ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue)}`
  return issue.message
}

const units: Record<string, string> = { string: ' characters', array: ' of them' }
const unitOf = ({ origin }: { origin: string }): string => units[origin] ?? ''

function meant(issue: Issue, value: unknown): string {
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return ''
  const word = nearest(value, issue.values.map(String))
  return word ? ` (did you mean "${word}"?)` : ''
}

/** The value as it stands in the file, its beginning where it is long. */
function shown(value: unknown): string {
  return shorten(JSON.stringify(value), 60)
}
