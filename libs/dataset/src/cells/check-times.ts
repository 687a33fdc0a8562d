import type { Field } from '../definition/dataset.ts'
import type { ErrorAt } from './problems.ts'
import { isZone } from '../times/zones.ts'

type Timed = Pick<Field, 'type' | 'format' | 'locale' | 'zone' | 'oddHours'>

/** Words about times where they say nothing would be a promise that nobody keeps. */
export function checkTimes(field: Timed, refuse: ErrorAt): void {
  checkLocale(field, refuse)
  checkZone(field, refuse)
}

function checkLocale({ type, format, locale }: Timed, refuse: ErrorAt): void {
  if (locale === undefined) return
  if (type !== 'date' && type !== 'datetime')
    throw refuse('/x-dsf/locale', `applies to dates and datetimes, not to a ${type}`)
  if (!has(format, 'bBaAp'))
    throw refuse('/x-dsf/locale', 'says something with a format of names alone: %b, %B, %a, %A or %p')
}

function checkZone({ type, format, zone, oddHours }: Timed, refuse: ErrorAt): void {
  if (oddHours !== undefined && zone === undefined)
    throw refuse('/x-dsf/oddHours', 'says something with x-dsf.zone alone')
  if (zone === undefined) return
  if (type !== 'datetime') throw refuse('/x-dsf/zone', `applies to datetimes, not to a ${type}`)
  if (has(format, 'zZsQ'))
    throw refuse('/x-dsf/zone', `expected none, because "${format}" has the zone of each time`)
  if (!isZone(zone)) throw refuse('/x-dsf/zone', `"${zone}" is no time zone, as "Europe/Berlin" is one`)
}

const has = (format: string, directives: string): boolean =>
  new RegExp(`%[${directives}]`).test(format.replaceAll('%%', ''))
