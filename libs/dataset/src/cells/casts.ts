import { booleanCast } from './booleans.ts'
import type { Field } from '../definition/dataset.ts'
import { unmarker } from './number-marks.ts'
import { normalizeText } from './normalize-text.ts'
import { castInteger, castNumber, tooLarge } from './numbers.ts'
import type { ErrorAt, Value } from './problems.ts'
import { checkTimes } from './check-times.ts'
import { compileTimes } from '../times/times.ts'

export type Cast = (text: string) => Exclude<Value, null> | undefined

/** A cast, and what to say of a text that it gave nothing for. */
export interface Caster {
  cast: Cast
  complaint: (text: string) => string
}

export function caster(field: Field, refuse: ErrorAt): Caster {
  const { type, format } = field
  const unmark = unmarker(field, refuse)
  checkTimes(field, refuse)
  if (type === 'date' || type === 'datetime') return timeCaster(type, field, refuse)
  if (format !== 'default') throw refuse('/format', `"${format}" is not supported for a ${type}`)
  if (type === 'number' || type === 'integer') return numberCaster(type, unmark)
  const cast: Cast = type === 'boolean' ? booleanCast(field, refuse) : (text) => text
  return { cast, complaint: () => `is no ${type}` }
}

function timeCaster(type: 'date' | 'datetime', field: Field, refuse: ErrorAt): Caster {
  const { format, zone } = field
  const times = compileTimes(type, format, (expected) => refuse('/format', expected), field)
  const isNone = `is no ${type}${format === 'default' ? '' : ` of the format ${format}`}`
  const ofZone = {
    twice: `is twice in ${zone}, where the clock was put back: x-dsf.oddHours of the field may say which one is meant`,
    never: `is not in ${zone}, where the clock was put forward: x-dsf.oddHours of the field may say what is meant`,
  }
  const complaint = (text: string) => {
    if (times.isOutside(text)) return 'is in UTC no time of the years 0001 to 9999'
    const odd = times.odd(text)
    return odd ? ofZone[odd] : isNone
  }
  return { cast: times.read, complaint }
}

function numberCaster(type: 'number' | 'integer', unmark: ReturnType<typeof unmarker>): Caster {
  const plain = type === 'number' ? castNumber : castInteger
  if (!unmark) return { cast: plain, complaint: (text) => tooLarge(type, text) ?? `is no ${type}` }
  const cast: Cast = (text) => {
    const unmarked = unmark(text)
    return unmarked === undefined ? undefined : plain(unmarked)
  }
  return { cast, complaint: (text) => tooLarge(type, unmark(text) ?? '') ?? `is no ${type}` }
}

/** A value that stands in the definition, as the cell of that text would be read. */
export function authored(field: Field, cast: Cast, value: string | number | boolean) {
  if (field.type === 'boolean' && typeof value === 'boolean') return value
  // a number of JSON has no marks of a file
  if (typeof value === 'number' && field.type === 'number') return castNumber(String(value))
  if (typeof value === 'number' && field.type === 'integer') return castInteger(String(value))
  return cast(normalizeText(String(value), field))
}

/** Why a value that stands in the definition is none of the field's: a whole number in all its digits, which `1e21` has not. */
export function complaintOf({ complaint }: Caster, field: Field, value: string | number | boolean): string {
  const isWhole = typeof value === 'number' && Number.isInteger(value)
  const text = isWhole ? BigInt(value).toString() : String(value)
  return `"${value}" ${complaint(normalizeText(text, field))}`
}
