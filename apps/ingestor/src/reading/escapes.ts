/** `escapeChar` inside quotes, as PostgreSQL, DuckDB and Spark read it: it makes text of a quote or of itself, and is text before anything else. */

/** Whether the quote at `at`, inside quotes, is text. The opening quote ends the run of escapes at the latest. */
export function isEscaped(text: string, at: number, escape: number): boolean {
  let from = at
  while (text.charCodeAt(from - 1) === escape) from--
  return (at - from) % 2 === 1
}

/** What is between two quotes as text. All quotes in it are doubled or escaped. */
export function unescaped(cell: string, quoteChar: string, escapeChar: string): string {
  if (!cell.includes(escapeChar) && !cell.includes(quoteChar)) return cell
  return cell.replace(pairs(quoteChar, escapeChar), '$1')
}

const known = new Map<string, RegExp>()

/** One of the two marks and another behind it, which alone is text. */
function pairs(quoteChar: string, escapeChar: string): RegExp {
  const marks = quoteChar + escapeChar
  const either = `[${marks.replaceAll(/[^\w\s]/g, '\\$&')}]`
  const pattern = known.get(marks) ?? new RegExp(`${either}(${either})`, 'g')
  known.set(marks, pattern)
  return pattern
}
