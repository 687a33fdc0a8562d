import { expect, it } from 'vitest'
import { shorten } from './shorten.ts'

it.each([
  ['a text that fits', 'magnitude', 9, 'magnitude'],
  ['the beginning of a longer one', 'magnitude', 3, 'mag…'],
  ['never half of a character', '🌍🌍', 3, '🌍\ufffd…'],
])('gives %s', (_, text, most, short) => {
  expect(shorten(text, most)).toBe(short)
})
