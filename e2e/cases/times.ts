/**
 * When something was: ISO 8601 and strptime, and which of two revisions is newer. The years 1 to 9999 in UTC: Python has no
 * year 0, so that one such row would keep it from reading any.
 */
import { given, type Case } from './case.ts'

const newest = { columns: ['id', 'val'] }
/** Revisions of which each later row is newer, and one document is left. */
const revisions = (name: string, dataset: string, id: string, versions: string[], more = ''): Case => ({
  ...{ name, dataset, ...newest },
  file: `id,v,${more && 't,'}val\n${versions.map((v, i) => `${id},${v},${more && `2024-0${9 - i}-01,`}val-${i}\n`).join('')}`,
  rows: versions.map((_, i) => [id, `val-${i}`]),
  documents: [[id, `val-${versions.length - 1}`]],
})
const second = '2024-01-01T00:00:00'

const revisionCases: Case[] = [
  {
    ...{ name: '25 two revisions 0.8 ms apart', dataset: 'case-revisions', ...newest, audit: true },
    file: given('25-micro-version'),
    rows: ['mv1 old', 'mv1 new', 'mv2 old', 'mv2 new'].map((row) => row.split(' ')),
    documents: [
      ['mv1', 'new'],
      ['mv2', 'new'],
    ],
  },
  revisions('25 nanoseconds apart', 'case-revisions', 'ns', [
    `${second}.123456100Z`,
    `${second}.123456101Z`,
    `${second}.123456900Z`,
  ]),
  revisions('25 microseconds apart in other zones', 'case-revisions', 'zo', [
    ...['2024-01-01T01:00:00.0001+01:00', `${second}.0002Z`, '2023-12-31T19:30:00.0003-04:30'],
  ]),
  revisions('25 microseconds apart in the year 9000', 'case-revisions', 'la', [
    ...['9000-01-01T00:00:00.000001Z', '9000-01-01T00:00:00.000002Z', '9000-01-01T00:00:00.000003Z'],
  ]),
  revisions('25 microseconds apart before 1970', 'case-revisions', 'be', [
    ...['1960-01-01T00:00:00.000100Z', '1960-01-01T00:00:00.000900Z', '1960-01-01T00:00:00.001Z'],
  ]),
  {
    ...{ name: '25 the older one last', dataset: 'case-revisions', ...newest },
    file: `id,v,val\nrv,${second}.123900Z,new\nrv,${second}.123100Z,old\n`,
    ...{ rows: [['rv', 'new']], duplicates: 1 },
  },
  {
    ...{ name: '25 the same instant in other words', dataset: 'case-revisions', ...newest },
    file: `id,v,val\neq,${second}.5Z,first\neq,${second}.500000Z,second\neq,2024-01-01T02:00:00.500+02:00,third\n`,
    ...{ rows: [['eq', 'first']], duplicates: 2 },
  },
  {
    ...{ name: '25 one in a first file', dataset: 'case-revisions', ...newest, documents: [] },
    ...{ file: `id,v,val\ntwo,${second}.1000Z,old\n`, rows: [['two', 'old']] },
  },
  {
    ...{ name: '25 and the other, 0.1 ms newer, in a second file', dataset: 'case-revisions', ...newest },
    ...{ file: `id,v,val\ntwo,${second}.1001Z,new\n`, rows: [['two', 'new']] },
  },
  {
    ...{ name: '59 revisions before 1970', dataset: 'case-old-revisions', ...newest, audit: true },
    file: given('59-negative-version'),
    rows: ['nv1 old', 'nv1 new', 'nv2 old', 'nv2 new'].map((row) => row.split(' ')),
    documents: [
      ['nv1', 'new'],
      ['nv2', 'new'],
    ],
  },
  revisions(
    ...(['59 revisions around 1970', 'case-old-revisions', 'ar'] as const),
    ['1969-12-31T23:59:59.998Z', '1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00Z'],
    't',
  ),
  revisions(
    ...(['59 revisions in the first years', 'case-old-revisions', 'yr'] as const),
    ['0001-01-01T00:00:00Z', '0099-12-31T00:00:00Z', '1582-10-10T00:00:00Z', '9999-12-31T00:00:00Z'],
    't',
  ),
  revisions('59 numbers below nothing', 'case-numbered', 'nu', ['-5', '-3', '0', '2'], 't'),
  revisions(
    ...(['59 the lowest number that is read', 'case-numbered', 'lw'] as const),
    ['-4503599627370496', '-4503599627370495', '4503599627370496'],
    't',
  ),
]

const range: Case[] = [
  {
    ...{ name: '23 the first years, in folders of years', dataset: 'case-years', audit: true },
    file: given('23-before-1970'),
    rows: [
      ['p1', '1969-12-31T23:59:59.999Z', '1969-12-31'],
      ['p2', '0001-01-01T00:00:00.000Z', '0001-01-01'],
      ['p3', '1582-10-10T12:00:00.000Z', '1582-10-10'],
      ['p4', '9999-12-31T23:59:59.999Z', '9999-12-31'],
      ['p9', '2000-02-29T00:00:00.000Z', '2000-02-29'],
      ['p10', '0050-01-01T00:00:00.000Z', '0050-06-01'],
    ],
    folders: ['1969', '0001', '1582', '9999', '2000', '0050'].map((year) => `dt=${year}-01-01/`),
    refused: [5, 6, 7, 8].map((row) => ({ row, reasons: ['type d', 'type t'] })),
  },
  {
    ...{ name: '23 the first years, in folders of months', dataset: 'case-months' },
    file: 'id,d\nm1,0000-02-29\nm2,0004-02-29\nm3,0099-12-31\nm4,0100-02-28\nm5,0100-02-29\nm6,1970-01-01\n',
    rows: ['m2 0004-02-29', 'm3 0099-12-31', 'm4 0100-02-28', 'm6 1970-01-01'].map((row) => row.split(' ')),
    folders: ['0004-02', '0099-12', '0100-02', '1970-01'].map((month) => `dt=${month}-01/`),
    refused: [1, 5].map((row) => ({ row, reasons: ['type d'] })),
  },
  {
    ...{ name: '54 a zone that leads out of time', dataset: 'case-days', file: given('54-ends-of-time') },
    ...{ rows: [['ee3', '2024-01-01T00:00:00.000Z']], folders: ['dt=2024-01-01/'], audit: true },
    refused: [{ row: 1, reasons: ['type t'], why: /0001 to 9999/ }],
  },
  {
    ...{ name: '54 both ends, on both sides', dataset: 'case-days' },
    file: [
      ...['id,t', 'lo1,0001-01-01T00:00:00+14:00', 'lo2,0000-12-31T23:59:59-00:01'],
      ...['lo3,0001-01-01T00:00:00+00:01', 'hi1,9999-12-31T23:59:59+00:01'],
      ...['hi2,9999-12-31T23:59:59.999-00:01', 'hi3,9999-12-31T24:00:00Z', 'hi4,9999-12-31T23:59:59.999999Z'],
    ].join('\n'),
    rows: [
      ['lo2', '0001-01-01T00:00:59.000Z'],
      ['hi1', '9999-12-31T23:58:59.000Z'],
      ['hi4', '9999-12-31T23:59:59.999Z'],
    ],
    folders: ['dt=0001-01-01/', 'dt=9999-12-31/', 'dt=9999-12-31/'],
    refused: [1, 3, 5, 6].map((row) => ({ row, reasons: ['type t'] })),
  },
]

const formats: Case[] = [
  {
    ...{ name: '27 formats', dataset: 'case-formats', file: given('27-date-formats') },
    rows: [
      ['f1', '2024-12-31', '1969-12-31', '2024-01-01T06:30:00.000Z', '2024-01-05'],
      ['f3', '2024-02-01', null, null, null],
      ['f5', null, '2000-12-31', '2024-01-01T12:00:00.000Z', '2024-01-05'],
      ['f7', '2024-12-31', '1999-01-01', null, null],
    ],
    refused: [
      { row: 2, reasons: ['type dmy'] },
      { row: 4, reasons: ['type any'] },
      { row: 6, reasons: ['type dmy'] },
    ],
  },
  {
    ...{ name: '27 two-digit years as strptime has them, and 54 behind a pattern', dataset: 'case-formats' },
    file: [
      'id,dmy,yy,z,any',
      ...['y1,,31/12/68,,', 'y2,,31/12/00,,', 'y3,,29/02/00,,', 'y4,,29/02/01,,'],
      ...['y5,,,9999-12-31T23:59:59-1200,', 'y6,,,0001-01-01T00:00:00+0001,', 'y7,,,9999-12-31T23:59:59Z,'],
    ].join('\n'),
    rows: [
      ['y1', null, '2068-12-31', null, null],
      ['y2', null, '2000-12-31', null, null],
      ['y3', null, '2000-02-29', null, null],
      ['y7', null, null, '9999-12-31T23:59:59.000Z', null],
    ],
    refused: [
      { row: 4, reasons: ['type yy'] },
      { row: 5, reasons: ['type z'] },
      { row: 6, reasons: ['type z'] },
    ],
  },
  {
    // 東京, 表 (whose second byte is a backslash), ｱ, and half a character, in Shift_JIS
    ...{
      name: '27 seconds and milliseconds since 1970, and quarters',
      dataset: 'case-instants',
      audit: true,
    },
    file: Buffer.from(
      'id,s,ms,q\n\x93\x8c\x8b\x9e,1518027663,1518027663040,2018-Q2\n\x95\\,0,-1,1969-Q4\n\xb1,1.5,1,2018-Q5\nhalf\x87,1,1,2018-Q1\n',
      'latin1',
    ),
    rows: [
      ['東京', '2018-02-07T18:21:03.000Z', '2018-02-07T18:21:03.040Z', '2018-04-01'],
      ['表', '1970-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '1969-10-01'],
    ],
    refused: [
      { row: 3, reasons: ['type q', 'type s'] },
      { row: 4, reasons: ['unreadable'] },
    ],
  },
  {
    ...{ name: '27 twelve hours and names of months', dataset: 'case-clock', audit: true },
    file: [
      'id,us,mon',
      ...['c1,12/31/2024 12:00:00 AM,5 Jan 2024', 'c2,12/31/2024 12:00:00 PM,05 DEC 2024'],
      ...['c3,1/2/2024 1:05:09 pm,29 feb 2024', 'c4,01/02/2024 11:59:59 PM,31 Feb 2024'],
      ...['c5,01/02/2024 13:00:00 PM,', 'c6,01/02/2024 00:30:00 AM,', 'c7,01/02/2024 12:30:00,5 Mai 2024'],
      ...['c8,02/01/2024 12:59:59 am,1 May 2024', 'c9,02/01/2024 01:00:00 XM,'],
    ].join('\n'),
    rows: [
      ['c1', '2024-12-31T00:00:00.000Z', '2024-01-05'],
      ['c2', '2024-12-31T12:00:00.000Z', '2024-12-05'],
      ['c3', '2024-01-02T13:05:09.000Z', '2024-02-29'],
      ['c8', '2024-02-01T00:59:59.000Z', '2024-05-01'],
    ],
    refused: [
      { row: 4, reasons: ['type mon'] },
      { row: 5, reasons: ['type us'] },
      { row: 6, reasons: ['type us'] },
      { row: 7, reasons: ['type mon', 'type us'] },
      { row: 9, reasons: ['type us'] },
    ],
  },
  {
    ...{ name: 'a number too large for an integer says so', dataset: 'case-numbered' },
    file: 'id,v,t,val\nbig,123456789123456789,2024-01-01,x\nfit,7,2024-01-01,x\n',
    rows: [['fit', 7, '2024-01-01', 'x']],
    refused: [{ row: 1, reasons: ['type v'], why: /too large|too big|at most|range|2\^5|between/i }],
  },
]

export const timeCases: Case[] = [...revisionCases, ...range, ...formats]
