/** Names and values that share a space with something else: folders, columns, places on the earth, the audit's own words. */
import { given, type Case, type Cell } from './case.ts'

const long = 'x'.repeat(200)
const kinds = [
  ...['Null', 'NULL', '', 'a/b', 'a%2Fb', '%', '.', '..', '../..', '_empty', '__HIVE_DEFAULT_PARTITION__'],
  ...['%5F_HIVE_DEFAULT_PARTITION__', 'undefined', 'None', 'nan', 'a=b', 'a b', 'é', 'e\u{301}', '日本', "'"],
]
const kindFile = (prefix: string, values: string[]) =>
  `id,k\n${values.map((value, i) => `${prefix}${i},"${value}"\n`).join('')}`
const kindRows = (prefix: string, values: string[]): Cell[][] =>
  values.map((value, i) => [`${prefix}${i}`, value])

const geo: Omit<Case, 'name'> = {
  dataset: 'case-geo',
  file: `${given('33-geo-range').toString()}g9,-90.0000001,-180.0000001\ng10,1e2,0\ng11,NaN,0\n`,
  refused: [
    { row: 1, reasons: ['maximum lat'] },
    { row: 2, reasons: ['maximum lon'] },
    { row: 8, reasons: ['maximum lon'] },
    { row: 9, reasons: ['minimum lat', 'minimum lon'] },
    { row: 10, reasons: ['maximum lat'] },
    { row: 11, reasons: ['type lat'] },
  ],
}
const places: Cell[][] = [
  ['g3', 90, 180],
  ['g4', -90, -180],
  ['g5', null, 10],
  ['g6', 10, null],
  ['g7', 1.5, 2.5],
]

export const nameCases: Case[] = [
  {
    ...{ name: '36 the text null and a missing type', dataset: 'case-types', audit: true },
    ...{ file: given('36-partition-values'), folders: 'apart' },
    rows: [
      ['t1', 'null'],
      ['t2', null],
      ['t3', 'x'],
    ],
  },
  {
    ...{ name: '36 values that folders could take for something else', dataset: 'case-types' },
    ...{ file: `${kindFile('k', kinds)}none,NA\n`, folders: 'apart' },
    rows: [...kindRows('k', kinds), ['none', null]],
  },
  {
    ...{ name: '36 values longer than a folder', dataset: 'case-types' },
    ...{ file: kindFile('l', [long, `${long}y`]), rows: kindRows('l', [long, `${long}y`]) },
  },
  {
    ...{ name: '36 a column with the name of its folder is read as what it holds', dataset: 'case-own-type' },
    ...{ file: 'id,type\no1,null\no2,NULL\no3,Null\no4,x\no5,a/b\no6,NA\no7,01\n', folders: 'apart' },
    rows: [...['null', 'NULL', 'Null', 'x', 'a/b', null, '01'].map((value, i) => [`o${i + 1}`, value])],
  },
  { ...geo, name: '33 places that are not on the earth', rows: places, audit: true, hostile: true },
  { ...geo, name: '33 the same again brings nothing and hides nothing', rows: [], duplicates: places.length },
  {
    ...{ name: '58 fields with names of the audit', dataset: 'case-audit', audit: true },
    ...{ file: given('58-audit-names'), duplicates: 1 },
    rows: [
      ['1', 'left', 'c1'],
      ['2', 'right', 'c2'],
    ],
  },
  {
    ...{ name: '58 fields with more of its names', dataset: 'case-audit-more', audit: true, duplicates: 1 },
    file: [
      'row,codes,cells,outcome,index,level_0,folder,object,run,stage,number,version,reasons,values,columns,left,right,content,bytes,id',
      ...['1,a,b,clean,c,d,e,f,g,h,i,1,k,l,m,n,o,p,q,r', '2,a,b,duplicate,c,d,e,f,g,h,i,2,k,l,m,n,o,p,q,r'],
      '2,a,b,duplicate,c,d,e,f,g,h,i,2,k,l,m,n,o,p,q,r',
    ].join('\n'),
    rows: [
      '1,a,b,clean,c,d,e,f,g,h,i,1,k,l,m,n,o,p,q,r'.split(','),
      '2,a,b,duplicate,c,d,e,f,g,h,i,2,k,l,m,n,o,p,q,r'.split(','),
    ],
  },
  {
    ...{ name: '48 and 35 columns with names of their own', dataset: 'case-columns', audit: true },
    file: 'id,dt,dataset,t,Ab,ab,気温\nhv1,my-dt,my-dataset,2024-05-06T07:08:09Z,upper,lower,3.5\n',
    rows: [['hv1', 'my-dt', 'my-dataset', '2024-05-06T07:08:09.000Z', 'upper', 'lower', 3.5]],
    folders: ['dt=2024-05-06/'],
  },
  {
    ...{ name: '52 headers that are not Latin', dataset: 'case-words', audit: true },
    file: '日付,気温,Дата,Ёлка,größe\n2024-01-01,3.5,2024-02-02,ёж,a\n',
    rows: [['2024-01-01', 3.5, '2024-02-02', 'ёж', 'a']],
  },
]
