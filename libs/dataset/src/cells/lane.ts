import { hash } from 'node:crypto'
import type { Dataset, Field } from '../definition/dataset.ts'
import { isoDate, isoDatetime } from '../times/iso.ts'
import { normalizeText } from './normalize-text.ts'
import { isProblem, type Value } from './problems.ts'
import { keyRules, readRules } from './values.ts'

/**
 * The primary key as text, from its parts in the order of the key fields: the part itself for a single field, a JSON
 * array for several, so that no two keys share a text.
 */
export function keyText(parts: string[]): string {
  return parts.length === 1 ? parts[0]! : JSON.stringify(parts)
}

/** The whole row as a key: 43 characters of SHA-256, however long it is. What is missing is no text, not even the empty one. */
const rowKeyText = (parts: (string | null)[]): string => hash('sha256', JSON.stringify(parts), 'base64url')

/** A key field's value as text: one text for all ways of writing it, so `7` and `07` are the same integer key. */
function keyPart({ type }: Pick<Field, 'type'>, value: Value): string {
  if (type === 'datetime') return isoDatetime(value as number)
  return type === 'date' ? isoDate(value as number) : String(value)
}

/**
 * Reads the key from a row of cells; `at[i]` is the column of key field i in the file. A cell that is no value of its
 * field stands for itself: the cleaner will refuse the row, but first it needs a lane.
 */
export function keyReader(
  dataset: Pick<Dataset, 'key' | 'isRowKey'>,
  at: number[],
): (cells: string[]) => string {
  if (dataset.isRowKey) return rowKeyReader(dataset, at)
  const parts = dataset.key.map((field, i) => partReader(field, at[i]!))
  const [only] = parts
  return parts.length === 1 ? only! : (cells) => keyText(parts.map((part) => part(cells)))
}

function rowKeyReader({ key }: Pick<Dataset, 'key'>, at: number[]): (cells: string[]) => string {
  const parts = key.map((field, i) => {
    // a cell of more digits than its type keeps is refused, or rows that differ in them would become one
    const read = keyRules(field)
    return (cells: string[]) => {
      const value = read(cells[at[i]!]!)
      if (value === null) return null
      return isProblem(value) ? normalizeText(cells[at[i]!]!, field) : keyPart(field, value)
    }
  })
  return (cells) => rowKeyText(parts.map((part) => part(cells)))
}

/** The same text, of the values of a clean record by their columns. */
export function recordKey({ key, isRowKey }: Dataset): (record: Readonly<Record<string, Value>>) => string {
  if (!isRowKey) return (record) => keyText(key.map((field) => keyPart(field, record[field.column]!)))
  const part = (field: Field, value: Value) => (value === null ? null : keyPart(field, value))
  return (record) => rowKeyText(key.map((field) => part(field, record[field.column] ?? null)))
}

function partReader(field: Field, at: number): (cells: string[]) => string {
  if (field.type === 'string') return (cells) => normalizeText(cells[at]!, field)
  const read = readRules(field)
  return (cells) => {
    const value = read(cells[at]!)
    return value === null || isProblem(value) ? normalizeText(cells[at]!, field) : keyPart(field, value)
  }
}

/** The lane of a key: what Kafka's own default partitioner would choose (murmur2), so that other clients agree. */
export function laneOf(key: string, lanes: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % lanes
}

/** MurmurHash 2 with Kafka's seed, as `org.apache.kafka.common.utils.Utils.murmur2`. Returns a signed 32-bit integer. */
export function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995
  let h = 0x9747b28c ^ data.length
  const words = data.length >> 2
  for (let i = 0; i < words; i++) {
    const at = i << 2
    let k = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    h = Math.imul(h, m) ^ Math.imul(k, m)
  }
  const rest = words << 2
  const left = data.length & 3
  if (left === 3) h ^= data[rest + 2]! << 16
  if (left >= 2) h ^= data[rest + 1]! << 8
  if (left >= 1) h = Math.imul(h ^ data[rest]!, m)
  h ^= h >>> 13
  h = Math.imul(h, m)
  return h ^ (h >>> 15)
}
