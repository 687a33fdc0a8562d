/** A year for the time of a row, where a file has no other one. */
import type { Column } from './column.ts'
import { counted } from './findings.ts'
import type { Key } from './about-key.ts'
import { isTime } from './find-roles.ts'
import { isIndex, isYearly } from './key-names.ts'

/** What says more of the time than the year does, which would be lost behind it, as a word of a name. */
const within = new Set(
  'month,mon,mo,mth,monat,mois,mes,mês,mese,maand,månad,måned,miesiąc,miesiac,kuukausi,ay,месяц,月,月份,quarter,qtr,quartal,trimestre,kwartaal,季度,week,wk,kw,weeknum,epiweek,kalenderwoche,woche,semaine,semana,settimana,周,day,dy,dd,tag,jour,jours,día,dia,giorno,dag,日,dayofyear,doy,yday,jday,julian,mmdd,mm,hhmm,hh,hour,hr,stunde,heure,hora,ora,時,season,semester,term,half,halbjahr,period,periode'.split(
    ',',
  ),
)
/** Behind another word they are units: of rain in mm, of power in kW. */
const units = new Set(['mm', 'kw', 'mo'])
const wordsOf = (name: string) =>
  name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .map((word) => (within.has(word) ? word : word.replace(/s$/, '')))
function isWithin({ name }: Column): boolean {
  const words = wordsOf(name)
  return words.some((word) => within.has(word) && (words.length === 1 || !units.has(word)))
}

const isYear = (text: string) => /^(1[5-9]|20|21)\d\d$/.test(text.trim())

/**
 * A year is when the rows were, where no other column is a time, and it tells rows of one thing apart as a part of the key, or nothing else
 * names a row, or it goes up by one from row to row: as a date there is a chart over time. A year that only describes what a key names (of birth,
 * of a model) stays a number.
 */
export function withYears(columns: Column[], key: Key, rows: string[][]): { columns: Column[]; key: Key } {
  const year = columns.find(isYearly) ?? yearsOfIndex(columns, rows)
  const hasOther = columns.some((column) => isTime(column) || isWithin(column))
  const why = year && !hasOther && isOfYears(year, rows) ? whyTime(year, key, rows) : undefined
  if (!year || why === undefined) return { columns, key }
  const dated: Column = {
    ...year,
    type: 'date',
    format: '%Y',
    sure: 'guess',
    why: `all ${counted(year.cells, 'cell')} are years, ${why}, and no other column is a time`,
    ...(why === nothingElse ? { doubt: aboutYear } : {}),
  }
  const replaced = (some: Column[]) => some.map((column) => (column === year ? dated : column))
  return { columns: replaced(columns), key: { ...key, columns: replaced(key.columns) } }
}

const nothingElse = 'and nothing else names a row'
const aboutYear =
  'it is taken for the time of a row, because no other column is one: if it only describes what the row is of (a model, a birth), make it an integer'

/** Of fewer, a chart over time shows nothing. */
const fewestYears = 3

function whyTime(year: Column, key: Key, rows: string[][]): string | undefined {
  if (key.columns.includes(year)) return 'which tell rows apart'
  if (year.distinct < fewestYears) return undefined
  if (key.columns.every(isIndex)) return nothingElse
  return goUp(year, rows) ? 'one after the other' : undefined
}

const goUp = ({ at }: Column, rows: string[][]): boolean =>
  rows.every((row, i) => i === 0 || Number(row[at]) - Number(rows[i - 1]![at]) === 1)

/** Of fewer rows, numbers that go on like years may be others. */
const fewestOfIndex = 10

/** A series of R or Pandas has its years for an index: one after the other, in a first column without a name of its own. */
function yearsOfIndex([first]: Column[], rows: string[][]): Column | undefined {
  const isUnnamed = first && (isIndex(first) || /^(index|time|t)$/i.test(first.name.trim()))
  return isUnnamed && rows.length >= fewestOfIndex && isOfYears(first, rows) && goUp(first, rows)
    ? first
    : undefined
}

/** A month or a day of a key is one of a year, which the next file may have another of. */
export function withItsYear(key: Column[], columns: Column[]): Column[] {
  const year = columns.find(
    ({ name, type, filled, cells }) => isYearly({ name }) && type === 'integer' && filled === cells,
  )
  const isPart =
    year && !key.includes(year) && key.some((column) => column.type === 'integer' && isWithin(column))
  return isPart ? [year, ...key] : key
}

const isOfYears = ({ type, at, distinct }: Column, rows: string[][]): boolean =>
  type === 'integer' && distinct > 1 && rows.every((row) => isYear(row[at]!))
