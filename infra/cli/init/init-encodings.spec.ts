/** What `init` makes of files that are not UTF-8, or whose lines end otherwise. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ownFolder } from '../testing/own-folder.ts'
import { tryDataset } from '../try-dataset.ts'
import { initDataset } from './init-dataset.ts'

const { path: into, write } = ownFolder()
const init = (name: string, content: string | Buffer) =>
  initDataset(write(name, content), { into, force: true })
const definitionOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'datapackage.json'), 'utf8'))

const oldMac = new Map(
  [...'ÅÉçéîóöüßä'].map((letter, i) => [
    letter,
    [0x81, 0x83, 0x8d, 0x8e, 0x94, 0x97, 0x9a, 0x9f, 0xa7, 0x8a][i]!,
  ]),
)
const asOldMac = (text: string) =>
  Buffer.from([...text].map((letter) => oldMac.get(letter) ?? letter.charCodeAt(0)))

describe('a definition that is made of a file', () => {
  it.each<[what: string, encoding: string | undefined, encode: (text: string) => Buffer]>([
    ['that of an old Mac', 'macintosh', asOldMac],
    ['Windows-1252, which nothing says', 'windows-1252', (text) => Buffer.from(text, 'latin1')],
    ['UTF-16, which its mark says', undefined, (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-8 with its mark', undefined, (text) => Buffer.from(`\ufeff${text}`)],
    ['UTF-8 in zstd', undefined, (text) => zstdCompressSync(text)],
  ])('has the letters of a file in %s', async (_, encoding, encode) => {
    const cities = ['München', 'Nîmes', 'Besançon', 'Córdoba', 'Malmö', 'Århus', 'Évreux', 'Trondheim']
    const rows = cities.map((city, i) => `${i},Die schöne Stadt ${city} ist größer als früher`)
    const { folder, tried } = await init('cities.csv', encode(`id,city\n${rows.join('\n')}\n`))
    expect(definitionOf(folder).resources[0].encoding).toBe(encoding)
    expect(tried.rows[0]!.values).toEqual({ id: 0, city: 'Die schöne Stadt München ist größer als früher' })
    expect(tried.counts).toMatchObject({ read: 8, clean: 8 })
  })

  it.each([
    ['utf8', ''],
    ['utf16le', ''],
    ['utf8', '\r'],
    ['utf8', '\n'],
    ['utf16le', '\n'],
    ['utf8', '\r\n'],
  ] as const)('says that its lines end in CR alone, in %s with %j at the end', async (encoding, end) => {
    const lines = ['id,city', '1,"a\rb"', '2,Åland'].join('\r')
    const { folder, findings, tried } = await init('mac.csv', Buffer.from(`\ufeff${lines}${end}`, encoding))
    expect(definitionOf(folder).resources[0].dialect).toEqual({ lineTerminator: '\r' })
    expect(findings).toContainEqual(expect.objectContaining({ about: 'end of lines', answer: 'CR' }))
    expect(tried.rows.map(({ values }) => values!.city)).toEqual(['a\nb', 'Åland'])
    expect(await tryDataset(join(into, 'mac.csv'), { dataset: folder })).toMatchObject({
      counts: { read: 2, clean: 2, refused: 0 },
    })
  })

  it('says Windows-1252 of letters that a likelier encoding has at the same places', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i};"FÆRDER KOMMUNE";"Lillestrøm på Å ${i}"`).join(
      '\n',
    )
    const { folder } = await init('communes.csv', Buffer.from(`id;a;b\n${rows}\n`, 'latin1'))
    expect(definitionOf(folder).resources[0].encoding).toBe('windows-1252')
  })

  it('says no encoding in which the file cannot be read, however likely its letters are', async () => {
    // Windows-1251, of which ISO-8859-8 has not all letters
    const russian = 'eaeee43bf0e0e9eeed0a313bdee30a323bd1e5e2e5f00a'
    const { folder, tried } = await init('districts.csv', Buffer.from(russian, 'hex'))
    expect(definitionOf(folder).resources[0].encoding).toBe('windows-1251')
    expect(Object.values(tried.rows[0]!.values!)).toEqual([1, 'Юг'])
  })

  it.each([
    ['windows-1251', '69643be8ecff0a313bcceef1eae2e00a323bcae0e7e0edfc0a', 'Москва'],
    [
      'shift_jis',
      '944e8c8e2c937393b9957b8ca70a323032342d30312c938c8b9e93730a323032342d30322c905f93de90ec8ca70a',
      '東京都',
    ],
    [
      'euc-jp',
      'c7afb7ee2cc5d4c6bbc9dcb8a90a323032342d30312cc5ecb5fec5d40a323032342d30322cbfc0c6e0c0eeb8a90a',
      '東京都',
    ],
    [
      'euc-kr',
      'b3afc2a52cc1f6bfaa0a323032342d30312cbcadbfefc6afbab0bdc30a323032342d30322cbacebbeab1a4bfaabdc30a',
      '서울특별시',
    ],
    ['gb18030', 'c8d5c6da2cb3c7cad00a323032342d30312cb1b1bea9cad00a323032342d30322cc9cfbaa3cad00a', '北京市'],
    [
      'big5',
      'a4e9b4c12cabb0a5ab0a323032342d30312cbb4fa55fa5ab0a323032342d30322cb0aab6afa5ab0a323032342d30332cbb4fa4a4a5ab0a323032342d30342cb773a55fa5abac46a9b20a',
      '臺北市',
    ],
  ])('says %s of a short file, and has its letters', async (encoding, hex, last) => {
    const { folder, tried } = await init('short.csv', Buffer.from(hex.repeat(6), 'hex'))
    expect(definitionOf(folder).resources[0].encoding).toBe(encoding)
    expect(Object.values(tried.rows[0]!.values!).at(-1)).toBe(last)
  })
})
