/**
 * A field's name as one that Avro, Parquet, Elasticsearch and CEL take: what is no ASCII letter, digit or `_` becomes `_`.
 * Nothing would be left of letters of another script, so each of those is spelled by its code point, with a `_` between it
 * and what stands beside it: `名前1` is `u540d_u524d_1`. So is a Latin letter with a mark in the first place, because
 * Elasticsearch keeps names that begin with `_`: `État` is `uc9_tat`.
 */
export function columnOf(name: string): string {
  if (isOfAnotherScript(name)) return Array.from(name, spell).join('_')
  // what is split by stands between the others: every second part
  const parts = name.split(toSpell).map((part, i) => (i % 2 === 1 ? spell(part) : keepAscii(part)))
  return parts
    .filter((part) => part !== '')
    .join('_')
    .replace(/^(?=[0-9])/, '_')
}

const spell = (letter: string) => `u${letter.codePointAt(0)!.toString(16)}`

const keepAscii = (text: string) => text.replace(/[^A-Za-z0-9_]/g, '_')

/** Letters behind the Latin ones and their marks. */
const letters = [
  String.raw`\u{250}-\u{2af}\u{370}-\u{1aaf}\u{1b00}-\u{1dbf}\u{1f00}-\u{1fff}\u{2c00}-\u{2dff}\u{2e80}-\u{2fff}`,
  String.raw`\u{3005}-\u{3007}\u{3021}-\u{d7ff}\u{f900}-\u{fdff}\u{fe70}-\u{fefe}`,
  String.raw`\u{ff10}-\u{ff19}\u{ff21}-\u{ff3a}\u{ff41}-\u{ff5a}\u{ff66}-\u{ffdc}`,
  String.raw`\u{10000}-\u{1efff}\u{20000}-\u{3ffff}`,
].join('')

/** Accents and signs between those letters. They also stand in Latin names: `Hawaiʻi`, an `é` of two code points. */
const signs = [
  String.raw`\u{2b0}-\u{36f}\u{1ab0}-\u{1aff}\u{1dc0}-\u{1dff}\u{2e00}-\u{2e7f}\u{3000}-\u{3004}\u{3008}-\u{3020}`,
  String.raw`\u{ff1a}-\u{ff20}\u{ff3b}-\u{ff40}\u{ff5b}-\u{ff65}`,
].join('')

const markedLatin = String.raw`\u{aa}\u{b5}\u{ba}\u{c0}-\u{d6}\u{d8}-\u{f6}\u{f8}-\u{24f}\u{1e00}-\u{1eff}`

const toSpell = new RegExp(`(^[${markedLatin}]|[${letters}])`, 'u')

/** No ASCII letter or digit, and one of these. Signs such as `%` and `€` are none of them. */
const ofAnotherScript = new RegExp(`[${letters}${signs}]`, 'u')
const isOfAnotherScript = (name: string) => !/[A-Za-z0-9]/.test(name) && ofAnotherScript.test(name)
