import type { Field } from '../definition/dataset.ts'
import type { ErrorAt } from './problems.ts'

type Marked = Pick<Field, 'type' | 'decimalChar' | 'groupChar'>

/**
 * Rewrites a number with marks of its own (`1.234,5`) to the plain form; undefined for a text that is none. Between groups are
 * three digits, or it is no group: `1,5` must not become 15. Undefined instead of a function where nothing is to be rewritten.
 */
export function unmarker(
  { type, decimalChar, groupChar }: Marked,
  refuse: ErrorAt,
): ((text: string) => string | undefined) | undefined {
  const isNumber = type === 'number' || type === 'integer'
  if (decimalChar !== '.' && type !== 'number')
    throw refuse('/decimalChar', `applies to numbers, not to a ${type}`)
  if (groupChar !== undefined && !isNumber) throw refuse('/groupChar', `applies to numbers, not to a ${type}`)
  if (groupChar === decimalChar) throw refuse('/groupChar', 'expected another one than decimalChar')
  if (decimalChar === '.' && groupChar === undefined) return undefined
  const groups = groupChar === undefined ? '' : `|\\d{1,3}(?:${escaped(groupChar)}\\d{3})+`
  const form = new RegExp(`^([+-]?(?:\\d+${groups})?)(?:${escaped(decimalChar)}(\\d*))?((?:[eE][+-]?\\d+)?)$`)
  return (text) => {
    const match = form.exec(text)
    if (!match) return undefined
    const whole = groupChar === undefined ? match[1]! : match[1]!.replaceAll(groupChar, '')
    return `${whole}${match[2] === undefined ? '' : `.${match[2]}`}${match[3]!}`
  }
}

const escaped = (mark: string) => (mark === '.' ? '\\.' : mark)
