import {
  cleanColumns,
  isoDate,
  isoDatetime,
  type Column,
  type Dataset,
  type FieldType,
  type Row,
  type Value,
} from '@dsf/dataset'
import { sliced } from '@dsf/stage'

type Present = Exclude<Value, null>

/**
 * Compiles the CSV form of a dataset's clean records: comma, line feed, header first; the columns of the definition,
 * then where the row came from. A missing value is an empty cell, an empty text is `""`.
 */
export function csvEncoder(dataset: Dataset): (records: Row[]) => Promise<Buffer> {
  const columns = cleanColumns(dataset)
  const isOurs = ({ by }: Column) => by === 'pipeline'
  const ordered = [...columns.filter((column) => !isOurs(column)), ...columns.filter(isOurs)]
  const names = ordered.map(({ name }) => name)
  const cells = ordered.map(({ type }) => cellOf[type])
  const header = names.join(',') + '\n'
  const line = (record: Row): string => {
    let text = ''
    for (let i = 0; i < names.length; i++) {
      const value = record[names[i]!] ?? null
      if (i > 0) text += ','
      if (value !== null) text += cells[i]!(value)
    }
    return text + '\n'
  }
  return (records) => encodeLines(header, records, line)
}

/** Text goes to bytes a few lines at a time: one string per object would keep all its pieces alive, at twice the CPU. */
export async function encodeLines<R>(
  header: string,
  records: R[],
  line: (record: R) => string,
): Promise<Buffer> {
  const blocks: Buffer[] = [Buffer.from(header)]
  const turn = sliced()
  for (let at = 0; at < records.length; at += 64) {
    const few = records.slice(at, at + 64)
    await turn(few.length)
    blocks.push(Buffer.from(few.reduce((text, record) => text + line(record), '')))
  }
  return Buffer.concat(blocks)
}

const cellOf: Record<FieldType, (value: Present) => string> = {
  string: (value) => quoted(String(value)),
  integer: String,
  number: String,
  boolean: String,
  date: (value) => isoDate(Number(value)),
  datetime: (value) => isoDatetime(Number(value)),
}

const special = /[",\r\n]/

/** RFC 4180. Formulas are not defused: this file is read by programs, and a changed cell would be a wrong one. */
function quoted(text: string): string {
  if (text === '') return '""'
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
