import type { CsvDialect } from './read-record.ts'

/** What rows are cut by: each is one ASCII character, and none is another. @throws TypeError, as definitions are checked before */
export function checkMarks({ delimiter, quoteChar, escapeChar }: CsvDialect): void {
  const marks = { delimiter, quoteChar, ...(escapeChar === undefined ? {} : { escapeChar }) }
  for (const [name, char] of Object.entries(marks))
    if (!/^[\t\x20-\x7e]$/.test(char))
      throw new TypeError(`${name} must be one ASCII character, not ${JSON.stringify(char)}`)
  const chars = Object.values(marks)
  if (new Set(chars).size < chars.length) throw new TypeError(`${Object.keys(marks).join(', ')} must differ`)
}
