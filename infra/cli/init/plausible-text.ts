/** Whether a text could have been meant, where its bytes are characters of nearly any encoding. */
import { isMultiByte } from '@dsf/dataset'

/** Of letters as in English, some with an accent. */
const latin = /^(windows-125[02478]|iso-8859-([1-4]|9|10|1[3-6])|macintosh)$/
const mostSigns = 5

/** @param encoding by which the text was read */
export function isPlausible(encoding: string, text: string): boolean {
  if (text.includes('\ufffd')) return false
  if (isMultiByte(encoding)) return !isWithinWords(text)
  return !areSigns(text) && !(latin.test(encoding) && areWholeWords(text))
}

/** Signs of East Asia stand beside each other or apart; one within a word, as in `驕t驕`, was a letter with an accent. */
function isWithinWords(text: string): boolean {
  const signs = text.match(/[^\0-\x7f]+/g) ?? []
  const within =
    text.match(/(?<=[A-Za-z])[^\0-\x7f](?![^\0-\x7f])|(?<![^\0-\x7f])[^\0-\x7f](?=[A-Za-z])/g) ?? []
  return within.length * 2 > signs.length
}

/** So many different ones are halves of other characters. */
function areSigns(text: string): boolean {
  const others: string[] = text.match(/[^\0-\x7f]/g) ?? []
  const signs = others.filter((one) => !/\p{L}/u.test(one))
  return signs.length * 2 > others.length && new Set(signs).size > mostSigns
}

/** As Cyrillic or Greek letters make them, and accents do not. */
function areWholeWords(text: string): boolean {
  const runs = text.match(/(?:(?![\0-\x7f])\p{L})+/gu) ?? []
  const words = text.match(/(?<!\p{L})(?:(?![\0-\x7f])\p{L}){2,}(?!\p{L})/gu) ?? []
  return words.length * 2 > runs.length
}
