/** Words that the zod schema does not know: whether passing them over could change what is read. */

/** What an open object of the standard may hold beside what we read. */
export interface OpenObject {
  /** read by us */
  known: string[]
  /** of the standard, and nothing that is read depends on it */
  harmless: string
  /** of the standard or of its tools; not read here, so data would change */
  unread: string
  /** words of other places, which would be passed over in silence where they are */
  elsewhere?: string[]
  /** any other word is refused too */
  closed: boolean
}

/** `x-dsf:note`, `custom:note`, `$schema`, `_comment`: a word of somebody's own, that cannot be meant for us. */
const ownWord = /^[$_]|^x-|:/

/** What is wrong with a word, or undefined. */
export function wordProblem(
  word: string,
  { known, harmless, unread, elsewhere = ['x-dsf'], closed }: OpenObject,
): string | undefined {
  if (known.includes(word) || harmless.split(' ').includes(word)) return undefined
  const meant = nearest(word, known)
  if (meant) return `is unknown, did you mean "${meant}"?`
  if (unread.split(' ').includes(word)) return 'is not supported'
  if (elsewhere.includes(word)) return 'is not read here, it belongs to another place (docs/dataset.md)'
  if (ownWord.test(word)) return undefined
  return strayed(word, elsewhere) ?? (closed ? unknownWord(word, known) : undefined)
}

function strayed(word: string, elsewhere: string[]): string | undefined {
  const meant = nearest(word, elsewhere, editsElsewhere)
  return meant && `is unknown, did you mean "${meant}"? That belongs to another place (docs/dataset.md)`
}

export function unknownWord(word: string, known: string[]): string {
  const meant = nearest(word, known)
  return meant ? `is unknown, did you mean "${meant}"?` : `is unknown; known are ${known.join(', ')}`
}

/** Edits that make a typo of a word: one in a short word and two in a longer one. */
const editsHere = (word: string): number => (word.length > 5 ? 2 : 1)

/** Fewer for a word of another place, where most words are meant as they are: `links` is no typo of `sinks`, nor `lines` of `lanes`. */
const editsElsewhere = ({ length }: string): number => (length > 9 ? 2 : length > 6 ? 1 : 0)

/** The known word that a typo makes `word` of: other case or signs, or few edits. */
export function nearest(word: string, known: string[], most = editsHere): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (word.length < 3) return undefined
  const same = known.find((one) => plain(one) === plain(word))
  if (same) return same
  const edits = known.map((one) => ({ one, count: distance(word.toLowerCase(), one.toLowerCase()) }))
  const near = edits.filter(({ one, count }) => count <= most(one))
  return near.sort((a, b) => a.count - b.count)[0]?.one
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1)
      row.push(least)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
