/** Whether texts are times of one form, by the readers of the stages. */
import { isProblem, readRules, type CellReader } from '@dsf/dataset'
import { fieldOf } from './field-of.ts'

export type TimeType = 'date' | 'datetime'

export interface TimesFound {
  type: TimeType
  format: string
  /** of its names, where they are not English */
  locale?: string
  why: string
  /** two forms fit, and only the order of the rows speaks for this one */
  isGuess: boolean
}

/** What cannot be told: the meanings that fit all the same, why it stays a text, and what to look at. */
export interface TimesUnclear {
  unclear: string
  why: string
  doubt: string
}

const compiled = new Map<string, CellReader>()

export function readerOf(type: TimeType, format: string, locale?: string): CellReader {
  const name = `${type} ${format} ${locale ?? ''}`
  const known = compiled.get(name)
  if (known) return known
  const reader = readRules(fieldOf('', type, { format, ...(locale === undefined ? {} : { locale }) }))
  compiled.set(name, reader)
  return reader
}

export function fits(texts: string[], type: TimeType, format: string, locale?: string): boolean {
  const read = readerOf(type, format, locale)
  return texts.every((text) => !isProblem(read(text)))
}
