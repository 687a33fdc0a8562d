import { expect, it } from 'vitest'
import { isMacRoman } from './mac-roman.ts'

const written = (text: string, codes: Record<string, number>) =>
  Buffer.from([...text].map((letter) => codes[letter] ?? letter.charCodeAt(0)))
const mac = {
  é: 0x8e,
  è: 0x8f,
  à: 0x88,
  ô: 0x99,
  ü: 0x9f,
  ß: 0xa7,
  ñ: 0x96,
  '\u00a0': 0xca,
  '’': 0xd5,
  '–': 0xd0,
  '€': 0xdb,
}
const windows = { '’': 0x92, '–': 0x96, '€': 0x80, œ: 0x9c, Š: 0x8a }

it.each(['Part importée, Tva après', 'Sénégal', '13\u00a0207\u00a0873', 'für mehr – und à côté'])(
  '%j of an old Mac is told from Windows-1252',
  (text) => expect(isMacRoman(written(text, mac))).toBe(true),
)

it.each([
  'Part importée, Tva après',
  'Côte d’Ivoire',
  'ŠKODA – cœur',
  '5 °C, 3 m², ½ l, 10×20 µg, 7 €',
  '1\u00a0234 – 5\u00a0678',
  'Größe',
  'aŠb, importée',
  'plain',
])('%j of Windows-1252 stays that', (text) => expect(isMacRoman(written(text, windows))).toBe(false))
