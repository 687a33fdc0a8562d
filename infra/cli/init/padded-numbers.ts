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
