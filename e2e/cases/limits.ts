/** Limits that must be named where they are met, and may never cost another dataset anything. */

import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { Case, Cell } from './case.ts'

const header = 'id,a,b,n\n'
const zeros = '0'.repeat(3300)
const sparse = (prefix: string): string =>
  header + Array.from({ length: 600 }, (_, i) => `${prefix}${i},${zeros},y,${i}\n`).join('')
const sparseRows = (prefix: string): Cell[][] =>
  Array.from({ length: 600 }, (_, i) => [`${prefix}${i}`, zeros, 'y', i])
const wide = (row: number): string[] => Array.from({ length: 1100 }, (_, i) => `w${row}-${i + 1}`)
const comments = '<!---->'.repeat(40)
const one = (id: string) => `${id},x,y,1\n`
const row = (id: string): Cell[] => [id, 'x', 'y', 1]

/** A body under a Content-Encoding, which nobody asked for. */
const encoded = (encoding: string, id: string, compress: (text: string) => Buffer): Case => ({
  ...{ name: `a body sent as ${encoding}`, dataset: 'case-rows', headers: { 'content-encoding': encoding } },
  ...{ file: compress(header + one(id)), rows: [row(id)] },
})

const as = 'a'.repeat(900)

export const limitCases: Case[] = [
  {
    ...{ name: 'patterns that could be tried in ever more ways', dataset: 'case-patterns', hostile: true },
    file: `id,code,free\npa1,${as.repeat(40)},x\npa2,aab,${as}\npa3,${as}b,${as}b\n`,
    rows: [
      ['pa2', 'aab', as],
      ['pa3', `${as}b`, `${as}b`],
    ],
    refused: [{ row: 1, reasons: ['pattern code'] }],
  },
  {
    ...{ name: '51 a row of 1,100 columns', dataset: 'case-wide', hostile: true },
    file: [wide(0).map((_, i) => `f${i + 1}`), wide(1), wide(2)].map((cells) => cells.join(',')).join('\n'),
    rows: [wide(1), wide(2)],
  },
  {
    ...{ name: '62 a gzip of more than 200:1', dataset: 'case-rows', file: gzipSync(sparse('sg')) },
    ...{ fails: /maxCompressionRatio/, hostile: true },
  },
  {
    ...{ name: '62 the same where the definition allows it', dataset: 'case-ratio' },
    ...{ file: gzipSync(sparse('sr')), rows: sparseRows('sr') },
  },
  {
    ...{ name: '62 a gzip of several members', dataset: 'case-rows' },
    file: Buffer.concat(
      [header, one('gm1'), one('gm2').slice(0, 4), one('gm2').slice(4)].map((s) => gzipSync(s)),
    ),
    rows: [row('gm1'), row('gm2')],
  },
  {
    ...{
      name: '62 a gzip sent as what it is',
      dataset: 'case-rows',
      headers: { 'content-encoding': 'gzip' },
    },
    ...{ file: gzipSync(header + one('ge1')), rows: [row('ge1')] },
  },
  encoded('br', 'br1', brotliCompressSync),
  encoded('deflate', 'de1', deflateSync),
  encoded('zstd', 'zs1', zstdCompressSync),
  {
    ...{ name: 'a body sent as what nobody reads', dataset: 'case-rows', file: header + one('cp1') },
    ...{ headers: { 'content-encoding': 'compress' }, fails: /content-encoding.*\bcompress\b/i },
  },
  {
    ...{ name: 'a body sent as identity', dataset: 'case-rows', headers: { 'content-encoding': 'identity' } },
    ...{ file: header + one('id1'), rows: [row('id1')] },
  },
  {
    ...{ name: 'lines that end in CR alone', dataset: 'case-rows' },
    ...{ file: 'id,a,b,n\rcr1,x,y,1\rcr2,x,y,2\r', fails: /\bCR\b|carriage return|line end/i },
  },
  {
    ...{ name: '40 empty comments before a header', dataset: 'case-rows', hostile: true },
    ...{ file: `${comments}${header}${one('co1')}`, fails: /header/ },
  },
  {
    ...{ name: '40 empty comments before an HTML page', dataset: 'case-rows', hostile: true },
    ...{ file: `${comments}<html><title>Maintenance</title>`, fails: /HTML page titled "Maintenance"/ },
  },
  {
    ...{ name: 'thousands of comments that never end', dataset: 'case-rows', hostile: true },
    ...{ file: `${'<!-- -->\n'.repeat(3000)}<!--`, fails: /./ },
  },
]
