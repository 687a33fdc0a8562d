/**
 * `escapeChar` inside quotes: it makes text of a quote, of itself and of a line break, which is what PostgreSQL, MySQL and Spark write
 * it before, and is text before anything else.
 */

/** Whether the quote at `at`, inside quotes, is text. The opening quote ends the run of escapes at the latest. */
export function isEscaped(text: string, at: number, escape: number): boolean {
  let from = at
  while (text.charCodeAt(from - 1) === escape) from--
  return (at - from) % 2 === 1
}

/** What is between two quotes as text. All quotes in it are doubled or escaped. */
export function unescaped(cell: string, quoteChar: string, escapeChar: string): string {
  if (!cell.includes(escapeChar) && !cell.includes(quoteChar)) return cell
  const marks = quoteChar + escapeChar
  const pattern = known.get(marks) ?? patternOf(quoteChar, escapeChar)
  known.set(marks, pattern)
  return cell.replace(pattern, '$1$2')
}

const known = new Map<string, RegExp>()

/** One of the two marks and another behind it, which alone is text, or an escape and a line break. */
function patternOf(...marks: [string, string]): RegExp {
  const [quote, escape] = marks.map((char) => char.replace(/[^\w\s]/, '\\$&'))
  return new RegExp(`[${quote}${escape}]([${quote}${escape}])|${escape}([\\r\\n])`, 'g')
}
