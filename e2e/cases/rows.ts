/** What is a row: RFC 4180 read with its quotes. Text inside a quoted cell is never a record, whatever else is wrong. */
import { given, type Case } from './case.ts'

const dataset = 'case-rows'
const header = 'id,a,b,n\n'
const good = (id: string, n: number) => `${id},x,y,${n}\n`
const row = (id: string, n: number) => [id, 'x', 'y', n]
const unreadable = ['unreadable']
const cells = /cells/
const limit = /longer than 65536 bytes|longer than 65,536 bytes/

/** A row, one that must be refused whole, and a row behind it. */
const between = (name: string, id: string, bytes: string, why?: RegExp): Case => ({
  ...{ name, dataset, file: `${header}${good(`${id}-a`, 1)}${bytes}\n${good(`${id}-c`, 3)}` },
  rows: [row(`${id}-a`, 1), row(`${id}-c`, 3)],
  refused: [{ row: 2, reasons: unreadable, bytes, ...(why ? { why } : {}) }],
})

/** A cell of many lines that look like rows, longer than a row may be. */
const longCell = (id: string, end: string) => {
  const line = `line of a long report, with a comma, and then some more text to fill it up${end}`
  const ghost = (n: number) => `ghost-${id}-${n},x,y,${n}${end}`
  return [1, 2, 3, 4].map((n) => line.repeat(250) + ghost(n)).join('')
}
const long = (name: string, id: string, end: string, more = ''): Case => ({
  ...{ name, dataset },
  file: `${header}${good(`${id}-a`, 1)}${id}-b,"${longCell(id, end)}${more}",y,2${end}${good(`${id}-c`, 3)}`,
  rows: [row(`${id}-a`, 1), row(`${id}-c`, 3)],
  refused: [{ row: 2, reasons: unreadable, why: limit }],
})

const many = Array.from({ length: 6000 }, (_, i) => i + 1)

export const rowCases: Case[] = [
  {
    ...{
      name: '46 a whole record with a cell too many',
      dataset,
      file: given('46-phantom-rows'),
      audit: true,
    },
    rows: [row('ph0', 0), row('ph3', 3)],
    refused: [
      {
        ...{ row: 2, reasons: unreadable, why: cells },
        bytes: 'ph1,"mail:\nghost1,x,y,9\nend",y,1,surplus',
      },
    ],
  },
  between('46 a cell too few, with lines in another', 'few', 'few-b,"p\nghost4,x,y,9\nq",y', cells),
  between('46 a delimiter at the end', 'end', 'end-b,"p\nghost5,x,y,9",y,2,', cells),
  between('46 a NUL behind a line that looks like a row', 'nul', 'nul-b,"p\nghost7,x,y,9\n\0",y,2', /NUL/),
  between('46 doubled quotes and a cell too many', 'dbl', 'dbl-b,"say ""p""\nghost8,x,y,9\n""",y,2,z', cells),
  between('46 text behind a closing quote', 'txt', 'txt-b,"p\nghost9,x,y,9\nq"r,y,2'),
  between(
    '46 text behind a closing quote, lines in the next cell',
    'nxt',
    'nxt-b,"p"r,"\nghost10,x,y,9\n",2',
  ),
  between(
    '46 a cell too many behind a cell of 60,000 bytes',
    'one',
    `one-b,"${'ghost3,x,y,9\n'.repeat(4600)}",y,2,z`,
  ),
  {
    ...{ name: '46 lines that end in CR LF, in and behind the cell', dataset },
    file: 'id,a,b,n\r\ncr-a,x,y,1\r\ncr-b,"p\r\nghost6,x,y,9\r\nq",y,2,z\r\ncr-c,x,y,3\r\n',
    rows: [row('cr-a', 1), row('cr-c', 3)],
    refused: [{ row: 2, reasons: unreadable, bytes: 'cr-b,"p\r\nghost6,x,y,9\r\nq",y,2,z', why: cells }],
  },
  {
    ...{ name: '46 bytes that are no UTF-8 behind a line that looks like a row', dataset },
    file: Buffer.from(`${header}${good('utf-a', 1)}utf-b,"p\nghost11,x,y,9\n\xe9",y,2\n`, 'latin1'),
    rows: [row('utf-a', 1)],
    refused: [
      {
        ...{ row: 2, reasons: unreadable, why: /UTF-8/ },
        bytes: Buffer.from('utf-b,"p\nghost11,x,y,9\n\xe9",y,2', 'latin1'),
      },
    ],
  },
  {
    ...{ name: '46 a byte order mark before a record with a cell too many', dataset },
    file: `\u{feff}${header}bom-a,"p\nghost12,x,y,9",y,1,z\n${good('bom-b', 2)}`,
    rows: [row('bom-b', 2)],
    refused: [{ row: 1, reasons: unreadable, bytes: 'bom-a,"p\nghost12,x,y,9",y,1,z' }],
  },
  {
    ...{ name: 'rows that are equal are several, where their number in the file is the key', audit: true },
    ...{ dataset: 'case-row-number', file: 'a,n\nx,1\nx,1\nx,1,surplus\n"y\n",2\nx,1\n' },
    rows: [
      [1, 'x', 1],
      [2, 'x', 1],
      [4, 'y', 2],
      [5, 'x', 1],
    ],
    // the second is that of the next case
    documents: [
      [1, 'x', 1],
      [4, 'y', 2],
      [5, 'x', 1],
    ],
    refused: [{ row: 3, reasons: unreadable, why: cells, bytes: 'x,1,surplus' }],
  },
  {
    ...{ name: 'a shorter file than before: rows whose number is the key are replaced, or are duplicates' },
    ...{ dataset: 'case-row-number', file: 'a,n\nx,1\nz,1\n', audit: true },
    rows: [[2, 'z', 1]],
    duplicates: 1,
  },
  {
    ...{ name: '46 quotes behind a backslash', dataset: 'case-escapes', audit: true },
    file: `${header}esc-a,"say \\"p\\"","C:\\\\dir\\\\",1\nesc-b,"p\\"\nghost,x,y,9\n",y,2,z\nesc-c,C:\\dir\\,"\\"\n""",3\n`,
    rows: [
      ['esc-a', 'say "p"', 'C:\\dir\\', 1],
      ['esc-c', 'C:\\dir\\', '"\n"', 3],
    ],
    refused: [{ row: 2, reasons: unreadable, why: cells, bytes: 'esc-b,"p\\"\nghost,x,y,9\n",y,2,z' }],
  },
  {
    ...{ name: '46 other delimiter and quote', dataset: 'case-dialect' },
    file: "id;a;b;n\nod-a;'p\nghost13;x;y;9\nq';y;1;z\nod-b;'it''s; \"\n';y;2\n",
    rows: [['od-b', 'it\'s; "', 'y', 2]],
    refused: [{ row: 1, reasons: unreadable, bytes: "od-a;'p\nghost13;x;y;9\nq';y;1;z", why: cells }],
  },
  {
    ...{ name: '46 lines in well-formed cells are text', dataset },
    file: `${header}wf-a,"p\r\nghost14,x,y,9\r\nq","say ""\nghost15,x,y,9\n""",1\nwf-b,"a\rb",5" pipe,2\n`,
    rows: [
      ['wf-a', 'p\r\nghost14,x,y,9\r\nq', 'say "\nghost15,x,y,9\n"', 1],
      ['wf-b', 'a\rb', '5" pipe', 2],
    ],
  },
  {
    ...{ name: '46 a quote that never closes costs its own line', dataset },
    file: `${header}${good('open-a', 1)}open-b,"p,y,2\n${good('open-c', 3)}${good('open-d', 4)}`,
    rows: [row('open-a', 1), row('open-c', 3), row('open-d', 4)],
    refused: [{ row: 2, reasons: unreadable, bytes: 'open-b,"p,y,2', why: /unclosed quote/ }],
  },
  {
    ...{ name: '46 a quote that never closes on the last line, without a line end', dataset },
    file: `${header}${good('last-a', 1)}last-b,x,y,"2`,
    rows: [row('last-a', 1)],
    refused: [{ row: 2, reasons: unreadable, bytes: 'last-b,x,y,"2', why: /unclosed quote/ }],
  },
  {
    ...long('47 a well-formed cell longer than a row may be', 'lm', '\n'),
    ...{ audit: true, hostile: true },
  },
  long('47 the same with CR LF and doubled quotes at its end', 'lc', '\r\n', ' ""\r\nghost-lc,x,y,9\r\n""'),
  long('47 the same with delimiters between doubled quotes', 'ld', '\n', '\n"",""\nghost-ld,x,y,9\n"",y,2\n'),
  {
    ...{ name: '47 a quote that never closes before more than a row may hold', dataset, hostile: true },
    file: `${header}far,"open,y,0\n${many.map((n) => good(`far-${n}`, n)).join('')}`,
    rows: many.map((n) => row(`far-${n}`, n)),
    refused: [{ row: 1, reasons: unreadable }],
  },
  {
    ...{ name: '09 a space before a quote', dataset, file: given('09-space-quote') },
    rows: [row('sq4', 4)],
    refused: [
      { row: 1, reasons: unreadable, bytes: 'sq1, "x",y,1', why: /skipInitialSpace/ },
      { row: 2, reasons: unreadable, bytes: 'sq2, "left, right",5', why: /skipInitialSpace/ },
      { row: 3, reasons: unreadable, bytes: 'sq3,"x" ,y,3' },
    ],
  },
  between('09 a tab before a quote', 'tab', 'tab-b,\t"p, q",y'),
  between('09 a space before a quoted line that looks like a row', 'gap', 'gap-b, "p\nghost16,x,y,9\nq",y,2'),
  {
    ...{ name: '09 a space before a quote, read as meant', dataset: 'case-spaces', audit: true },
    file: `${header}si1, "x",y,1\nsi2,  "left, right", y, 2\nsi3, "p\nghost17,x,y,9\nq",y,3\nsi4,"x" ,y,4\nsi5, 5" pipe,y,5\n`,
    rows: [
      ['si1', 'x', 'y', 1],
      ['si2', 'left, right', 'y', 2],
      ['si3', 'p\nghost17,x,y,9\nq', 'y', 3],
      ['si5', '5" pipe', 'y', 5],
    ],
    refused: [{ row: 4, reasons: unreadable, bytes: 'si4,"x" ,y,4' }],
  },
]
