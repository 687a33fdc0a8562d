const escaped = String.raw`\\[\^$\\.*+?()[\]{}|/]`
/** A character, a dot or a class: each means the same in RE2 and in JavaScript, or can be said so that it does. */
const atom = new RegExp(
  String.raw`[^\\^$.|?*+()[\]{}]|\.|\\[dDwWsS]|${escaped}|` +
    String.raw`\[\^?(?:[A-Za-z0-9]-[A-Za-z0-9]|[^\\\][^&~-]|\\[dws]|${escaped}|\\-)+-?\]`,
  'uy',
)
const often = /(?<sign>[?*+])|\{(?<least>\d{1,4})(?<more>,(?<most>\d{0,4}))?\}/y

/** Steps that V8 may need for a text of 64 KiB: some 10 ms. */
const mostSteps = 10_000_000
const longText = 65_536

interface Row {
  source: string
  steps: number
}

/**
 * The expression for V8 of a pattern that is a row of characters and classes, or several such rows with `|` between them, and
 * that takes V8 no more than linear time: its engine tries all ways to share a text out among the repetitions, so the ways are
 * counted. Undefined for any other pattern. Only for patterns that RE2 takes.
 */
export function plainExpression(pattern: string): RegExp | undefined {
  const dotAll = pattern.startsWith('(?s)')
  const dot = dotAll ? '[^]' : String.raw`[^\n]`
  const rows: Row[] = []
  // a match is one of the whole text in any case
  const inside = /^\^([^|]*)(?<!\\)\$$/u.exec(pattern)?.[1] ?? pattern.slice(dotAll ? 4 : 0)
  for (let at = 0; at <= inside.length; at++) {
    const row = readRow(inside, at, dot)
    if (!row) return undefined
    rows.push(row)
    at = row.end
  }
  const steps = rows.reduce((sum, row) => sum + row.steps, 0)
  return steps <= mostSteps ? new RegExp(`^(?:${rows.map((row) => row.source).join('|')})$`, 'u') : undefined
}

/** The row that begins at `begin`, up to a `|` or the end. */
function readRow(pattern: string, begin: number, dot: string): (Row & { end: number }) | undefined {
  let [source, at, ways, length] = ['', begin, 1, 0]
  while (at < pattern.length && pattern[at] !== '|') {
    const part = readPart(pattern, at, dot)
    if (!part) return undefined
    source += part.source
    ways *= part.ways
    length += part.length
    at = part.end
  }
  return { source, steps: ways * (length + 1), end: at }
}

/** One character or class, with how often it is repeated. */
function readPart(pattern: string, at: number, dot: string) {
  atom.lastIndex = at
  const one = atom.exec(pattern)?.[0]
  if (one === undefined) return undefined
  often.lastIndex = at + one.length
  const repeated = often.exec(pattern)
  const end = (often.lastIndex = at + one.length + (repeated?.[0].length ?? 0))
  if (repeated && often.test(pattern)) return undefined
  const [ways, length] = weight(repeated)
  return { source: (one === '.' ? dot : spaced(one)) + (repeated?.[0] ?? ''), end, ways, length }
}

/** RE2's white space is that of ASCII, without the vertical tab. */
function spaced(one: string): string {
  const spaces = String.raw`\t\n\f\r `
  if (one === String.raw`\s`) return `[${spaces}]`
  if (one === String.raw`\S`) return `[^${spaces}]`
  return one.startsWith('[') ? one.replace(/\\(.)/gu, (both, name) => (name === 's' ? spaces : both)) : one
}

/** The ways to repeat something, and the characters that it takes; of one without an end, those that it must. */
function weight(repeated: RegExpExecArray | null): [ways: number, length: number] {
  const [least, most] = bounds(repeated)
  return most === Infinity ? [longText, least] : [most - least + 1, most]
}

function bounds(repeated: RegExpExecArray | null): [least: number, most: number] {
  const { sign, least, more, most } = repeated?.groups ?? {}
  if (sign !== undefined) return [sign === '+' ? 1 : 0, sign === '?' ? 1 : Infinity]
  if (least === undefined) return [1, 1]
  return [Number(least), more === undefined ? Number(least) : most === '' ? Infinity : Number(most)]
}
