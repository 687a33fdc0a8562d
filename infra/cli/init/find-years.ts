/** A year for the time of a row, where a file has no other one. */
import type { Column } from './column.ts'
import { counted } from './findings.ts'
import type { Key } from './about-key.ts'
import { isTime } from './find-roles.ts'
import { yearly } from './key-names.ts'

/** What says more of the time than the year does, which would be lost behind it, as a word of a name. */
const within = new Set(
  'month,mon,mo,mth,monat,mois,mes,mês,mese,maand,månad,måned,miesiąc,miesiac,kuukausi,ay,месяц,月,月份,quarter,qtr,quartal,trimestre,kwartaal,季度,week,wk,kw,weeknum,epiweek,kalenderwoche,woche,semaine,semana,settimana,周,day,dy,dd,tag,jour,jours,día,dia,giorno,dag,日,dayofyear,doy,yday,jday,julian,mmdd,mm,hhmm,hh,hour,hr,stunde,heure,hora,ora,時,season,semester,term,half,halbjahr,period,periode'.split(
    ',',
  ),
)
const wordsOf = (name: string) =>
  name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .map((word) => (within.has(word) ? word : word.replace(/s$/, '')))
const isWithin = ({ name }: Column): boolean => wordsOf(name).some((word) => within.has(word))

const isYear = (text: string) => /^(1[5-9]|20|21)\d\d$/.test(text.trim())

/**
 * A year is when the rows were, where no other column is a time, and it tells rows of one thing apart as a part of the key, or nothing else
 * names a row, or it goes up by one from row to row: as a date there is a chart over time. A year that only describes what a key names (of birth,
 * of a model) stays a number.
 */
export function withYears(columns: Column[], key: Key, rows: string[][]): { columns: Column[]; key: Key } {
  const year = columns.find(({ name }) => yearly.test(name.trim()))
  const hasOther = columns.some((column) => isTime(column) || isWithin(column))
  const why = year && !hasOther && isOfYears(year, rows) ? whyTime(year, key, rows) : undefined
  if (!year || why === undefined) return { columns, key }
  const dated: Column = {
    ...year,
    type: 'date',
    format: '%Y',
    sure: 'guess',
    why: `all ${counted(year.cells, 'cell')} are years, ${why}, and no other column is a time`,
  }
  const replaced = (some: Column[]) => some.map((column) => (column === year ? dated : column))
  return { columns: replaced(columns), key: { ...key, columns: replaced(key.columns) } }
}

/** Of fewer, a chart over time shows nothing. */
const fewestYears = 3

function whyTime(year: Column, key: Key, rows: string[][]): string | undefined {
  if (key.columns.includes(year)) return 'which tell rows apart'
  if (year.distinct < fewestYears) return undefined
  if (key.columns.length === 0) return 'and nothing else names a row'
  const isStep = (row: string[], i: number) =>
    i === 0 || Number(row[year.at]) - Number(rows[i - 1]![year.at]) === 1
  return rows.every(isStep) ? 'one after the other' : undefined
}

/** A month or a day of a key is one of a year, which the next file may have another of. */
export function withItsYear(key: Column[], columns: Column[]): Column[] {
  const year = columns.find(
    ({ name, type, filled, cells }) => yearly.test(name.trim()) && type === 'integer' && filled === cells,
  )
  const isPart =
    year && !key.includes(year) && key.some((column) => column.type === 'integer' && isWithin(column))
  return isPart ? [year, ...key] : key
}

const isOfYears = ({ type, at, distinct }: Column, rows: string[][]): boolean =>
  type === 'integer' && distinct > 1 && rows.every((row) => isYear(row[at]!))
