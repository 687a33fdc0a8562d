/** Texts that are numbers with something beside them: a percent sign, a currency, a unit, the brackets or the minus behind of bookkeepers. */

const currency =
  '[$€£¥₹₽₩₺₫฿₪₴₦]|(?:US|CA|AU|NZ|HK|R)\\$|USD|EUR|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK|HUF|kr\\.?|zł|Kč|Ft|lei|руб\\.?|р\\.'
const sign = `[%‰]|${currency}`
const number = "[+-]?\\s*(?:\\d[\\d.,'’\\s\u00a0\u202f]*|[.,]\\d+)"
const space = '[\\s\u00a0\u202f]*'
const withSign = new RegExp(
  `^(?<open>\\()?${space}[+-]?(?<before>${sign})?${space}(?<number>${number})${space}(?<behind>${sign})?${space}(?:(?<minus>-)|\\))?$`,
  'u',
)
const withUnit = /^[+-]?\d[\d.,]*(?<unit>\s?(?:[\p{L}°µ]{1,5}[²³]?(?:\/[\p{L}²³]{1,4})?))$/u

export interface Beside {
  /** what stands beside them; the first one, if there are several */
  sign: string
  /** whether all have this one and no other, so that without it they say the same */
  isOne: boolean
}

/** What stands beside the numbers of a column, as in `9.1 %` the percent sign; undefined where not all are numbers. */
export function signBeside(texts: string[]): Beside | undefined {
  if (texts.length < 2 || !/\d/.test(texts[0]!)) return undefined
  const found = texts.map((text) => withSign.exec(text)?.groups)
  if (found.every((one) => one !== undefined)) {
    const signs = new Set(found.map(({ before, behind, open, minus }) => before ?? behind ?? open ?? minus))
    const [sign] = [...signs].filter((one) => one !== undefined)
    return sign === undefined ? undefined : { sign, isOne: signs.size === 1 && !found.some(hasTwo) }
  }
  const unit = unitOf(texts)
  return unit === undefined ? undefined : { sign: unit, isOne: true }
}

/** A minus behind it is never left out: it would be another number. */
const hasTwo = ({ before, behind, open, minus }: Record<string, string | undefined>) =>
  minus !== undefined || [before, behind, open].filter((one) => one !== undefined).length > 1

/** One and the same for all, apart from the number, or beside one with a fraction: `12a` is that of a house. */
function unitOf(texts: string[]): string | undefined {
  const unit = withUnit.exec(texts[0]!)?.groups?.unit
  if (unit === undefined || texts.some((text) => withUnit.exec(text)?.groups?.unit !== unit)) return undefined
  const isApart = /^\s/.test(unit) || texts.some((text) => /\d[.,]\d/.test(text))
  return isApart && new Set(texts).size > 2 ? unit.trim() : undefined
}
