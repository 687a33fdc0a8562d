import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { toUtf8 } from './to-utf8.ts'

const text = 'id,name\n1,Zürich €\n2,東京 😀\n'
const utf16 = Buffer.from(text, 'utf16le')
const bigEndian = Buffer.from(utf16).swap16()
const mark = Buffer.from([0xff, 0xfe])

async function read(bytes: Buffer, declared = 'utf-8', size = 3) {
  let encoding = ''
  async function* cut() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const found = await buffer(toUtf8(cut(), declared, (name) => (encoding = name)))
  return { encoding, bytes: found }
}

describe('a file', () => {
  it.each<[what: string, bytes: Buffer, declared: string, encoding: string, text: string]>([
    [
      'in UTF-8 stays as it is, with its mark',
      Buffer.from(`\ufeff${text}`),
      'utf-8',
      'utf-8',
      `\ufeff${text}`,
    ],
    ['with the mark of UTF-16 is that', Buffer.concat([mark, utf16]), 'utf-8', 'utf-16le', text],
    [
      'with the other mark is the other one',
      Buffer.concat([mark.toReversed(), bigEndian]),
      'utf-8',
      'utf-16be',
      text,
    ],
    ['without a mark is what the definition says', utf16, 'utf-16le', 'utf-16le', text],
    ['with a mark is what that says', Buffer.from(`\ufeff${text}`), 'windows-1252', 'utf-8', `\ufeff${text}`],
    [
      'of one byte a character',
      Buffer.from('caf\xe9 \x80\x93', 'latin1'),
      'windows-1252',
      'windows-1252',
      'café €“',
    ],
    [
      'of Cyrillic',
      Buffer.from([0xcc, 0xee, 0xf1, 0xea, 0xe2, 0xe0]),
      'windows-1251',
      'windows-1251',
      'Москва',
    ],
    ['of nothing', Buffer.alloc(0), 'windows-1252', 'windows-1252', ''],
  ])('%s', async (_, bytes, declared, encoding, expected) => {
    for (const size of [1, 2, 3, 1000]) {
      const found = await read(bytes, declared, size)
      expect([found.encoding, String(found.bytes)]).toEqual([encoding, expected])
    }
  })

  it.each<[what: string, bytes: Buffer, declared: string, expected: number[]]>([
    ['a byte that is no character', Buffer.from([0x61, 0xd2, 0x62]), 'windows-1253', [0x61, 0xff, 0x62]],
    ['half a pair', Buffer.from([0x61, 0, 0x3d, 0xd8, 0x62, 0]), 'utf-16le', [0x61, 0xff, 0x62]],
    ['half a character', Buffer.from([0x61, 0, 0x62]), 'utf-16le', [0x61, 0xff]],
  ])(
    'has no other text in the place of %s, but what no row may hold',
    async (_, bytes, declared, expected) => {
      for (const size of [1, 2, 1000])
        expect([...(await read(bytes, declared, size)).bytes]).toEqual(expected)
    },
  )

  it('is let go of when nobody reads on', async () => {
    let closed = 0
    async function* source() {
      try {
        for (;;) yield Buffer.from('id,name\n')
      } finally {
        closed++
      }
    }
    for (const declared of ['utf-8', 'windows-1252'])
      for await (const _ of toUtf8(source(), declared, () => undefined)) break
    expect(closed).toBe(2)
  })
})
