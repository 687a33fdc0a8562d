import { describe, expect, it } from 'vitest'
import { isPlausible } from './plausible-text.ts'

/** The bytes of a text in the encoding that they are of one byte a character in. */
const asLatin = (hex: string) => new TextDecoder('windows-1252').decode(Buffer.from(hex, 'hex'))

describe('a text could have been meant', () => {
  it.each([
    ['with accents', 'windows-1252', 'Zürich;Besançon;España;à'],
    ['with the signs of units and money', 'windows-1252', '20 °C;5 m²;3 µg;12 €;½;¾'],
    ['of Cyrillic letters', 'windows-1251', 'Москва;Казань'],
    ['of Japanese letters', 'shift_jis', '東京都;ﾄｳｷｮｳ;月'],
    ['of Japanese letters beside others', 'euc-jp', 'JR東日本;A棟;Tokyo東京'],
    ['of an encoding that nothing is known of', 'windows-874', 'กรุงเทพ'],
  ])('%s', (_, encoding, text) => expect(isPlausible(encoding, text)).toBe(true))

  it.each([
    ['of Cyrillic letters, read as Latin ones', 'windows-1252', asLatin('cceef1eae2e03bcae0e7e0edfc')],
    [
      'of Japanese letters, read as Latin ones',
      'windows-1252',
      asLatin('944e8c8e2c937393b9957b8ca70a938c8b9e93730a905f93de90ec8ca7'),
    ],
    ['of accents, read as Japanese letters', 'shift_jis', '驕t驕;h脙el;cin駑a'],
    ['with a character that there is not', 'big5', '臺\ufffd'],
  ])('but not %s', (_, encoding, text) => expect(isPlausible(encoding, text)).toBe(false))
})
