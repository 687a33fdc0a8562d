import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decoded, openDecoder } from './decoders.ts'

const path = join(import.meta.dirname, '../../../../libs/dataset/vectors/multi-byte.json')
const digests = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const comma = 0x2c

/** All codes that there can be, each before a comma: of two bytes, of three in EUC-JP, of four in the planes of GB 18030 that have characters. */
function codesOf(encoding: string): Buffer {
  const pairs = range(0x80, 0xff).flatMap((a) => range(0, 0xff).flatMap((b) => [a, b, comma]))
  const triples = range(0xa1, 0xfe).flatMap((a) => range(0xa1, 0xfe).flatMap((b) => [0x8f, a, b, comma]))
  const longest = [...range(0x81, 0x84), 0x90, 0xe3].flatMap((a) =>
    range(0x30, 0x39).flatMap((b) =>
      range(0x81, 0xfe).flatMap((c) => range(0x30, 0x39).flatMap((d) => [a, b, c, d, comma])),
    ),
  )
  const more = { 'euc-jp': triples, gb18030: longest }[encoding] ?? []
  return Buffer.concat([Buffer.from(pairs), Buffer.from(more)])
}

/** Of what is no character it counts that it is none, and what else of its bytes may part cells and rows. */
const told = (text: string) => (text.includes('\ufffd') ? `?${text.replace(/[^\0-/:-\x7f]/g, '')}` : text)

describe('an encoding of several bytes a character', () => {
  it.each(Object.entries(digests))('%s has the characters that the audit reads too', (encoding, digest) => {
    const texts = decoded(encoding, codesOf(encoding)).split(',').map(told)
    expect(createHash('sha256').update(texts.join()).digest('hex')).toBe(digest)
  })

  it.each([
    ['shift_jis', '92ca8f5c2ca5', '通十,･'],
    ['euc-jp', 'c5ecb5fe2c', '東京,'],
    ['euc-kr', 'bcadbfef8c632c', '서울똠,'],
    ['gb18030', 'b1b1bea980308e352c', '北京€0\ufffd5,'],
    ['big5', 'bb4fa55f2c', '臺北,'],
  ])('%s is read alike however it is cut', (encoding, hex, text) => {
    const bytes = Buffer.from(hex, 'hex')
    const decode = openDecoder(encoding)
    const pieces = [...bytes].map((byte) => decode(Buffer.of(byte)))
    expect([decoded(encoding, bytes), pieces.join('') + decode()]).toEqual([text, text])
  })

  it('GB 18030 that is cut within what is none is read, and so is a text as long as a row may be', () => {
    const decode = openDecoder('gb18030')
    const text = Buffer.alloc(1_000_000, Buffer.from([0xb1, 0xb1]))
    const parts = [
      Buffer.from([0x81, 0x30]),
      Buffer.from('A,'),
      text.subarray(0, 70_001),
      text.subarray(70_001),
    ]
    expect(parts.map((part) => decode(part)).join('') + decode()).toBe(`\ufffd0A,${'北'.repeat(500_000)}`)
  })

  it('GB 18030 that has no delimiter at all is not held for ever', () => {
    const decode = openDecoder('gb18030')
    expect(decode(Buffer.alloc(2_000_000, Buffer.from([0xb1, 0xb1])))).toHaveLength(1_000_000)
  })

  it.each(Object.keys(digests))('%s loses no delimiter behind half a character', (encoding) => {
    expect(decoded(encoding, Buffer.from([0x87, ...Buffer.from(',"\n')]))).toBe('\ufffd,"\n')
    expect(decoded(encoding, Buffer.from([0x61, 0x87]))).toBe('a\ufffd')
  })
})
