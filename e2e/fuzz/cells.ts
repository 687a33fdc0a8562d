/** The readers of cells, and `init`, which tries them on whatever it is given. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { isProblem, readRules, type Field } from '@dsf/dataset'
import { fieldOf } from '../../infra/cli/init/field-of.ts'
import { initDataset } from '../../infra/cli/init/init-dataset.ts'
import { soup, tables } from './files.ts'
import { expectEqual, property } from './property.ts'

const two = (n: number) => String(n).padStart(2, '0')
const days = fc.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
const at = (time: Date, format: string) =>
  format.replace(/%./g, (part) => {
    const parts: Record<string, string> = {
      ...{
        '%Y': String(time.getUTCFullYear()),
        '%m': two(time.getUTCMonth() + 1),
        '%d': two(time.getUTCDate()),
      },
      ...{ '%H': two(time.getUTCHours()), '%M': two(time.getUTCMinutes()), '%S': two(time.getUTCSeconds()) },
    }
    return parts[part]!
  })
const dayOf = (time: Date) => Math.floor(time.getTime() / 86_400_000)
const secondOf = (time: Date) => Math.floor(time.getTime() / 1000) * 1000

/** A number as others write it, with marks between its digits. */
function marked(value: number, { decimalChar = '.', groupChar = '', bareNumber }: Partial<Field>): string {
  const [whole, fraction] = String(value).split('.') as [string, string?]
  const text =
    whole.replace(/\B(?=(\d{3})+$)/g, groupChar) + (fraction === undefined ? '' : decimalChar + fraction)
  if (bareNumber !== false) return text
  return value % 2 < 1 ? `${text} €` : `US$ ${text}%`
}

const dates = ['%Y-%m-%d', '%d.%m.%Y', '%m/%d/%Y', '%Y%m%d']
const marks = [
  {},
  { groupChar: ',' },
  { decimalChar: ',' },
  { decimalChar: ',', groupChar: '.' },
  { groupChar: ' ' },
  { bareNumber: false as const },
  { groupChar: ',', bareNumber: false as const },
]
const exact = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })
  .filter((n) => !/e/.test(String(n)))
const white = fc.constantFrom('', ' ', '\t', '\u00a0 ')

/** A cell, the field that it is of, and the value that it was written from. */
const writtenCells = fc.oneof(
  fc.tuple(days, fc.constantFrom(...dates)).map(([time, format]) => ({
    field: fieldOf('f', 'date', { format }),
    text: at(time, format),
    value: dayOf(time),
  })),
  fc.tuple(days, fc.constantFrom(...dates)).map(([time, day]) => {
    const format = `${day} %H:%M:%S`
    return { field: fieldOf('f', 'datetime', { format }), text: at(time, format), value: secondOf(time) }
  }),
  fc.tuple(exact, fc.constantFrom(...marks)).map(([value, mark]) => ({
    field: fieldOf('f', 'number', mark),
    text: marked(value, mark),
    value: value + 0,
  })),
  fc
    .tuple(
      fc.maxSafeInteger().map((whole) => whole % 2 ** 52),
      fc.constantFrom({ groupChar: '.' }, ...marks.filter((mark) => !('decimalChar' in mark))),
    )
    .map(([value, mark]) => ({ field: fieldOf('f', 'integer', mark), text: marked(value, mark), value })),
)

const cellsBack = property(
  'a value that is written as a definition says is read back, whatever white space is around it',
  () =>
    fc.asyncProperty(writtenCells, white, white, async ({ field, text, value }, before, behind) => {
      expectEqual(readRules(field)(before + text + behind), value)
    }),
)

const types = ['string', 'integer', 'number', 'boolean', 'date', 'datetime'] as const
const formats = [
  'default',
  'any',
  '%d.%m.%Y',
  '%Y-%m-%d %H:%M',
  '%b %d %Y',
  '%I:%M %p %d/%m/%y',
  '%a, %d %b %Y %H:%M:%S %z',
]
const near = fc.string({
  unit: fc.constantFrom(...'0123456789.,-+eE/:TZ %apmJanFeb\u00a0\u0660x'),
  maxLength: 30,
})

const cellsSound = property(
  'any text is read as a value of its type or refused with a reason, and in no time',
  () =>
    fc.asyncProperty(
      fc.constantFrom(...types),
      fc.constantFrom(...formats),
      fc.oneof(near, fc.string({ unit: 'binary' })),
      async (type, format, text) => {
        const field = fieldOf('f', type, {
          format: type === 'date' || type === 'datetime' ? format : 'default',
          trueValues: ['true'],
          falseValues: ['false'],
        })
        if (type === 'date' && /[HIM]/.test(format)) return
        const value = readRules(field)(text)
        if (isProblem(value) || value === null) return
        if (type === 'string' || type === 'boolean') return expectEqual(typeof value, type)
        expectEqual(Number.isFinite(value), true)
        if (type !== 'number') expectEqual(Number.isSafeInteger(value), true)
      },
    ),
)

/** @throws for all but an error that says in words why no definition is made */
async function initOf(content: Buffer) {
  const into = mkdtempSync(join(tmpdir(), 'dsf-fuzz-'))
  const path = join(into, 'file.csv')
  writeFileSync(path, content)
  try {
    return await initDataset(path, { into, force: true })
  } catch (error) {
    if ((error as Error).constructor !== Error && (error as Error).name !== 'UnreadableFileError') throw error
    return undefined
  } finally {
    rmSync(into, { recursive: true })
  }
}

const initOnTables = property(
  'init makes a definition of a table by which none of its rows is refused that it says can be read, or says why not',
  () =>
    fc.asyncProperty(tables, async ({ text }) => {
      const found = await initOf(Buffer.from(text))
      if (!found || found.doubts.some((doubt) => doubt.includes('cannot be read'))) return
      expectEqual(found.tried.codes, {})
    }),
)

const initOnSoup = property('init makes a definition of any bytes, or says why not', () =>
  fc.asyncProperty(soup, async (bytes) => void (await initOf(bytes))),
)

export const cellProperties = [cellsBack, cellsSound]
export const initProperties = [initOnTables, initOnSoup]
