/** How the demo looks: headings, tables and verdicts on stdout. Progress goes to stderr, see infra/local/say.ts. */
import { styleText } from 'node:util'
import { table } from '../local/status.ts'

export function heading(text: string): void {
  process.stdout.write(`\n${styleText('bold', text, { stream: process.stdout })}\n`)
}

export function print(text: string): void {
  process.stdout.write(`${text.replaceAll(/^(?=.)/gm, '  ')}\n`)
}

export const rows = (cells: readonly (readonly string[])[]): void => print(table(cells))

/** Says what must hold and whether it does, and gives back the faults. */
export function verdict(what: string, faults: string[]): string[] {
  const sign =
    faults.length === 0
      ? styleText('green', '✓', { stream: process.stdout })
      : styleText('red', '✗', { stream: process.stdout })
  print(`${sign} ${[what, ...faults].join('\n  ')}`)
  return faults
}

/** Numbers stand under each other's last digit. */
export function rightAligned(cells: readonly (readonly string[])[]): string[][] {
  const widths = cells[0]!.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)))
  return cells.map((row) => row.map((cell, at) => (at === 0 ? cell : cell.padStart(widths[at]!))))
}

export const shortened = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text
