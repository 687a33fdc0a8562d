import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodingOf, encodings } from './encodings.ts'

const path = join(import.meta.dirname, '../../vectors/encodings.json')
const upperHalves = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number[]>

describe('an encoding of one byte a character', () => {
  it.each(Object.keys(upperHalves))('%s has the characters that the audit reads too', (name) => {
    const decoder = new TextDecoder(name)
    expect(decoder.encoding).toBe(name)
    const found = Array.from({ length: 128 }, (_, i) => decoder.decode(Uint8Array.of(128 + i)).codePointAt(0))
    expect(found).toEqual(upperHalves[name])
    const lower = Uint8Array.from({ length: 128 }, (_, i) => i)
    expect(decoder.decode(lower)).toBe(String.fromCharCode(...lower))
  })
})

it('each encoding but those of UTF has its characters in a vector', () => {
  const multiByte = JSON.parse(readFileSync(join(path, '../multi-byte.json'), 'utf8')) as object
  const known = [...Object.keys(upperHalves), ...Object.keys(multiByte)]
  expect(encodings.filter((name) => !name.startsWith('utf')).sort()).toEqual(known.sort())
})

it('an encoding is known by the names that are in use, and no other', () => {
  const labels = ['UTF8', 'UTF-16', 'Latin1', 'ISO-8859-1', 'cp1252', 'SJIS', 'gbk', 'ebcdic', 'constructor']
  expect(labels.map(encodingOf)).toEqual([
    ...['utf-8', 'utf-16le', 'windows-1252', 'windows-1252', 'windows-1252', 'shift_jis', 'gb18030'],
    ...[undefined, undefined],
  ])
})
