/** Numbers that are padded with noughts to one width, as some instruments write them: `040.00` beside `100.00`. */
const form = /^[+-]?(\d+)([.,]\d+)$/
const isPadded = (digits: string) => /^0\d/.test(digits)

/** Each has as many digits behind its point as the others, and before it as many as those that are padded, or more. */
export function arePadded(texts: string[]): boolean {
  const [, , decimals] = form.exec(texts[0] ?? '') ?? []
  const padded = texts.find((text) => isPadded(text.replace(/^[+-]/, '')))
  const width = form.exec(padded ?? '')?.[1]!.length
  if (decimals === undefined || width === undefined) return false
  return texts.every((text) => {
    const [, digits = '', behind = ''] = form.exec(text) ?? []
    if (behind[0] !== decimals[0] || behind.length !== decimals.length) return false
    return isPadded(digits) ? digits.length === width : digits.length >= width
  })
}

/** Codes, as of trades (`01.11`) or illnesses, are padded too, but begin at one and have no sign. */
export const areMeasures = (texts: string[]): boolean =>
  texts.some((text) => /^([+-]?0+[.,]0+|[+-]0\d*[.,]\d+)$/.test(text))

const coded = /(^|[^a-z])(code|kode?|c[oó]digo|codice|schl(ü|ue)ssel)$/i

/** Codes by their name, all of one form (`11.01`), some of which end in a nought that a number has not. */
export function areCodes(name: string, texts: string[]): boolean {
  const [whole = '', decimals = ''] = (texts[0] ?? '').split('.')
  const form = new RegExp(`^\\d{${whole.length}}\\.\\d{${decimals.length}}$`)
  return (
    coded.test(name.trim()) &&
    texts.every((text) => form.test(text)) &&
    texts.some((text) => text.endsWith('0'))
  )
}

const pointed = /^\d+(\.\d+)?$/

/** Two codes that would be one number, as chapters `7.1` and `7.10`, where no text comes twice: of measures some would. */
export function twinsOf(texts: string[]): [string, string] | undefined {
  if (new Set(texts).size < texts.length || !texts.every((text) => pointed.test(text))) return undefined
  const seen = new Map<number, string>()
  for (const text of texts.filter((text) => text.includes('.'))) {
    const twin = seen.get(Number(text))
    if (twin !== undefined) return [twin, text]
    seen.set(Number(text), text)
  }
  return undefined
}
