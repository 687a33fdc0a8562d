import type { Field } from '../definition/dataset.ts'
import { usualTokens } from '../definition/definition.ts'
import { normalizeText } from './normalize-text.ts'
import type { ErrorAt } from './problems.ts'

/** The tokens are trimmed and cased like a cell; one that would then be both true and false is refused. */
export function booleanCast(field: Field, refuse: ErrorAt): (text: string) => boolean | undefined {
  const cleaned = (tokens: string[]) => tokens.map((token) => normalizeText(token, field))
  const values = new Map<string, boolean>(cleaned(field.trueValues).map((token) => [token, true]))
  const both = cleaned(field.falseValues).filter((token) => values.has(token))
  if (both.length > 0) throw refuse(`/${authoredList(field)}`, inBoth([...new Set(both)]))
  for (const token of cleaned(field.falseValues)) values.set(token, false)
  return (text) => values.get(text)
}

const list = (tokens: string[]) => tokens.map((token) => `"${token}"`).join(', ')

const inBoth = (tokens: string[]) =>
  `${list(tokens)} would be both true and false; take it out of trueValues or falseValues, which are ${list(usualTokens.trueValues)} and ${list(usualTokens.falseValues)} where they are not said`

/** The list to be looked at: the one that is not the usual one. */
const authoredList = ({ falseValues }: Field) =>
  list(falseValues) === list(usualTokens.falseValues) ? 'trueValues' : 'falseValues'
