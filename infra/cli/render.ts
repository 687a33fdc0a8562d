import { table as aligned } from '../local/status.ts'

/** How an answer is printed: for people as a table, for programs as JSON. */
export type Format = 'table' | 'json' | 'jsonl'

/** `rows` names the list that the answer is about. */
export function render(answer: unknown, rows: string | undefined, format: Format): string {
  const list = (rows ? (answer as Record<string, unknown>)[rows] : [answer]) as Record<string, unknown>[]
  if (format === 'json') return `${plain(JSON.stringify(answer, null, 2))}\n`
  if (format === 'jsonl') return list.map((row) => `${plain(JSON.stringify(row))}\n`).join('')
  return rows ? table(list) : properties(list[0]!)
}

function table(rows: Record<string, unknown>[]): string {
  if (rows.length === 0) return 'none\n'
  const names = Object.keys(rows[0]!)
  return `${aligned([names, ...rows.map((row) => names.map((name) => cell(row[name])))])}\n`
}

function properties(answer: Record<string, unknown>): string {
  const width = Math.max(...Object.keys(answer).map(({ length }) => length))
  return Object.entries(answer)
    .map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}\n`)
    .join('')
}

function cell(value: unknown): string {
  const text = Array.isArray(value)
    ? value.map(reason).join('; ')
    : typeof value === 'string'
      ? value
      : json(value)
  return printable(text)
}

/** Values of the data are printed, never obeyed: a control character would be a command to the terminal. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`)

/** JSON of the same meaning, without the signs that JSON leaves as they are and a terminal may obey. */
const plain = (text: string): string =>
  text.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) =>
    Array.from(
      { length: sign.length },
      (_, i) => `\\u${sign.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  )

/** A reason of refusal in one breath; anything else as it is. */
function reason(value: unknown): string {
  const { code, field, message } = value as { code?: string; field?: string | null; message?: string }
  return code === undefined ? json(value) : `${field ?? 'row'}: ${code}, ${message}`
}

const json = (value: unknown): string => JSON.stringify(value)
