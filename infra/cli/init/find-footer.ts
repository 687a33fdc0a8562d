/** What stands below the rows of a file that is here to its end. */
import type { Reading } from '@dsf/dataset'
import { counted, type Finding } from './findings.ts'
import { isTooLong } from './refuse-file.ts'
import { scanRows, type Dialect, type Scanned } from './scan-rows.ts'

export interface FooterFound {
  footer: string[]
  finding: Finding
}

/** More lines below the rows are no footer. */
const mostLines = 20
const sums = /^(grand total|totale?s?|sum|summe|gesamt|insgesamt|ensemble|suma|totaal|overall)\b/i

/** Undefined where there is none, or where rows begin like it. */
export function findFooter(
  bytes: Buffer,
  dialect: Dialect,
  reading: Reading,
  scanned: Scanned,
): FooterFound | undefined {
  const foot = footOf(scanned)
  const sum = sumOf(scanned, foot.length)
  const notes = foot.length > 0 ? beginningsOf(foot[0]!.bytes.toString()) : [undefined]
  for (const note of notes) {
    const footer = [...(sum === undefined ? [] : [sum]), ...(note === undefined ? [] : [note])]
    if (footer.length === 0) continue
    const rows = scanned.rows.length - (sum === undefined ? 0 : 1)
    const again = scanRows(bytes, dialect, Infinity, true, { ...reading, footer })
    if (again.rows.length === rows && again.unreadable.length === scanned.unreadable.length - foot.length)
      return { footer, finding: aboutFooter(footer, foot.length, sum) }
  }
  return undefined
}

/** The last rows of a file when they cannot be read as such, unless others higher up are of their kind: those are rows. */
function footOf({ rows, unreadable }: Scanned) {
  const total = rows.length + unreadable.length
  const foot = unreadable.filter(({ row }, i) => row === total - (unreadable.length - 1 - i))
  const above = new Set(unreadable.slice(0, unreadable.length - foot.length).map(({ reason }) => reason))
  const isNone =
    rows.length <= 2 ||
    foot.length > mostLines ||
    foot.some((line) => isTooLong(line) || above.has(line.reason))
  return !isNone && unreadable.at(-1)?.row === total ? foot : []
}

/** A row of sums, where no other one begins so. */
function sumOf({ rows, unreadable }: Scanned, below: number): string | undefined {
  const isLast = unreadable.length === below
  const first = rows.at(-1)?.[0]?.trim() ?? ''
  const begin = sums.exec(first)?.[0]
  if (!isLast || begin === undefined || rows.length < 4) return undefined
  return rows.slice(0, -1).some(([cell]) => cell!.startsWith(begin)) ? undefined : begin
}

/** The shortest one that says what it is comes first. */
function beginningsOf(line: string): string[] {
  const word = /^["'(\[*]*\p{L}{3,}/u.exec(line)?.[0]
  const label = /^.{1,40}?:/.exec(line)?.[0]
  const parts = [label, word, line.slice(0, 20).trimEnd(), line.slice(0, 100).trimEnd()]
  return parts.filter(
    (part) => part !== undefined && /^[^\0\r\n\ud800-\udfff]{1,100}$/u.test(part),
  ) as string[]
}

const aboutFooter = (footer: string[], lines: number, sum: string | undefined): Finding => ({
  ...{ about: 'footer', answer: footer.map((text) => JSON.stringify(text)).join(', ') },
  sure: sum === undefined ? 'likely' : 'guess',
  why: [
    ...(sum === undefined ? [] : ['the last row sums the others up']),
    ...(lines === 0 ? [] : [`${counted(lines, 'line')} below the rows, with other numbers of cells`]),
  ].join('; '),
})
