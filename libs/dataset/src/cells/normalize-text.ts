import type { Field } from '../definition/dataset.ts'

/** A cell's text as it is compared and stored: the same rule gives the lane in the ingestor and the key in the cleaner. */
export function normalizeText(text: string, field: Pick<Field, 'trim' | 'case'>): string {
  const trimmed = field.trim ? text.trim() : text
  if (field.case === 'keep') return trimmed
  return field.case === 'lower' ? trimmed.toLowerCase() : trimmed.toUpperCase()
}
