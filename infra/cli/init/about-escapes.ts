/** What is said of backslashes: that they are escapes, or that they may be. */
import type { CsvDialect } from '../../../apps/ingestor/src/reading/read-record.ts'
import type { UnreadableRow } from '../../../apps/ingestor/src/reading/block.ts'
import type { Finding } from './findings.ts'

const lookedBytes = 1024 * 1024
const say = 'say "escapeChar": "\\\\" in the dialect'

export const escapeFinding = ({ escapeChar }: CsvDialect): Finding[] =>
  escapeChar === undefined
    ? []
    : [
        {
          ...{ about: 'escape', answer: escapeChar, sure: 'likely' },
          why: 'it stands before quotes, and more rows can be read where that makes text of them',
        },
      ]

export function escapeDoubts(bytes: Buffer, dialect: CsvDialect, unreadable: UnreadableRow[]): string[] {
  const text = bytes.toString('latin1', 0, lookedBytes)
  if (dialect.escapeChar !== undefined)
    return isDoubledToo(text, dialect)
      ? [
          'quotes stand behind a backslash, and others are doubled: a program that doubles them means the backslash as text, as fputcsv of PHP does, and here it is taken off',
        ]
      : []
  if (unreadable.some((row) => row.bytes.includes(`\\${dialect.quoteChar}`)))
    return [
      `rows that cannot be read have a backslash before a quote: where that makes text of the quote, ${say}`,
    ]
  return text.includes(dialect.quoteChar) && arePairs(text)
    ? [`backslashes come in pairs alone: where one of two is an escape, ${say}`]
    : []
}

/** Two quotes that are no empty cell, once all that is escaped is gone. */
function isDoubledToo(text: string, { delimiter, quoteChar }: CsvDialect): boolean {
  const [comma, quote] = [delimiter, quoteChar].map((char) => char.replace(/[^\w\s]/, '\\$&'))
  const plain = text.replaceAll(new RegExp(`\\\\[\\\\${quote}]`, 'g'), '')
  const [before, behind] = [`[^${comma}\\r\\n]${quote}${quote}`, `${quote}${quote}[^${comma}\\r\\n]`]
  return new RegExp(`${before}|${behind}`).test(plain)
}

function arePairs(text: string): boolean {
  const runs = text.match(/\\+/g) ?? []
  return runs.length > 1 && runs.every(({ length }) => length % 2 === 0)
}
