/** Texts that are numbers with something beside them: a percent sign, a currency, a unit, or the brackets of bookkeepers. */

const currency =
  '[$€£¥₹₽₩₺₫฿₪₴₦]|(?:US|CA|AU|NZ|HK|R)\\$|USD|EUR|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK|HUF|kr\\.?|zł|Kč|Ft|lei|руб\\.?|р\\.'
const sign = `[%‰]|${currency}`
const number = "[+-]?\\s*(?:\\d[\\d.,'’\\s\u00a0\u202f]*|[.,]\\d+)"
const space = '[\\s\u00a0\u202f]*'
const withSign = new RegExp(
  `^(?<open>\\()?${space}[+-]?(?<before>${sign})?${space}(?<number>${number})${space}(?<behind>${sign})?${space}(?:-|\\))?$`,
  'u',
)
const withUnit = /^[+-]?\d[\d.,]*(?<unit>\s?(?:[\p{L}°µ]{1,5}[²³]?(?:\/[\p{L}²³]{1,4})?))$/u

/** What stands beside all numbers of a column, as in `9.1 %` the percent sign; undefined where not all are such. */
export function signBeside(texts: string[]): string | undefined {
  if (texts.length < 2 || !/\d/.test(texts[0]!)) return undefined
  const found = texts.map((text) => withSign.exec(text)?.groups)
  if (found.every((one) => one !== undefined)) {
    const signed = found.find(({ before, behind, open }) => before ?? behind ?? open)
    return signed && (signed.before ?? signed.behind ?? '(')
  }
  return unitOf(texts)
}

/** One and the same for all, apart from the number, or beside one with a fraction: `12a` is that of a house. */
function unitOf(texts: string[]): string | undefined {
  const unit = withUnit.exec(texts[0]!)?.groups?.unit
  if (unit === undefined || texts.some((text) => withUnit.exec(text)?.groups?.unit !== unit)) return undefined
  const isApart = /^\s/.test(unit) || texts.some((text) => /\d[.,]\d/.test(text))
  return isApart && new Set(texts).size > 2 ? unit.trim() : undefined
}
