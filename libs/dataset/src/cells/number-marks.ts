import type { Field } from '../definition/dataset.ts'
import type { ErrorAt } from './problems.ts'

type Marked = Pick<Field, 'type' | 'decimalChar' | 'groupChar' | 'bareNumber'>
type Unmark = (text: string) => string | undefined

/**
 * Rewrites a number with marks of its own (`1.234,5`), or with something beside it, to the plain form; undefined for a text that is none. Between groups are
 * three digits, or it is no group: `1,5` must not become 15. Undefined instead of a function where nothing is to be rewritten.
 */
export function unmarker(field: Marked, refuse: ErrorAt): Unmark | undefined {
  checkMarks(field, refuse)
  const { decimalChar, groupChar, bareNumber } = field
  if (decimalChar === '.' && groupChar === undefined && bareNumber !== false) return undefined
  const groups = groupChar === undefined ? '' : `|\\d{1,3}(?:${escaped(groupChar)}\\d{3})+`
  // an integer has no decimal mark, so groups may have it
  const fraction = `(?:${escaped(decimalChar)}(\\d*))${groupChar === decimalChar ? '{0}' : '?'}`
  const form = `([+-]?(?:\\d+${groups})?)${fraction}((?:[eE][+-]?\\d+)?)`
  const unmark = plainOf(new RegExp(`^${form}${bareNumber === false ? beside : ''}$`, 'u'), groupChar)
  if (bareNumber !== false) return unmark
  // a mark before the first digit may be one of the number, or of what stands before it
  const behindText = new RegExp(`^([+-]?)${beside}(?<![.,])([+-]?)(?=\\d)`, 'u')
  return (text) => {
    const [before = '', sign = '', own = ''] = behindText.exec(text) ?? []
    if (before === sign || before === '') return unmark(text)
    return unmark(sign + own + text.slice(before.length))
  }
}

function checkMarks({ type, decimalChar, groupChar, bareNumber }: Marked, refuse: ErrorAt): void {
  const isNumber = type === 'number' || type === 'integer'
  if (decimalChar !== '.' && type !== 'number')
    throw refuse('/decimalChar', `applies to a "number", and this is of type "${type}"`)
  if (groupChar !== undefined && !isNumber) throw refuse('/groupChar', `applies to numbers, not to a ${type}`)
  if (groupChar === decimalChar && type === 'number')
    throw refuse('/groupChar', 'expected another one than decimalChar')
  if (bareNumber === false && !isNumber) throw refuse('/bareNumber', `applies to numbers, not to a ${type}`)
}

function plainOf(form: RegExp, groupChar: string | undefined): Unmark {
  return (text) => {
    const match = form.exec(text)
    if (!match) return undefined
    const whole = groupChar === undefined ? match[1]! : match[1]!.replaceAll(groupChar, '')
    return `${whole}${match[2] === undefined ? '' : `.${match[2]}`}${match[3]!}`
  }
}

/** What may stand beside a number: no digits, and nothing that could be its sign, as brackets are and dashes of any kind. */
const beside = '[^\\p{Nd}()+\\u002d\\u2010-\\u2015\\u2212\\ufe63\\uff0d]*'

const escaped = (mark: string) => (mark === '.' ? '\\.' : mark)
