import type { Dataset, Field } from './dataset.ts'

/** A cell's text as it is compared and stored: the same rule gives the lane in the ingestor and the key in the cleaner. */
export function normalizeText(text: string, field: Pick<Field, 'trim' | 'case'>): string {
  const trimmed = field.trim ? text.trim() : text
  if (field.case === 'keep') return trimmed
  return field.case === 'lower' ? trimmed.toLowerCase() : trimmed.toUpperCase()
}

/**
 * The primary key as text, from the normalized cells of the key fields in their order: the cell itself for a single
 * field, a JSON array for several, so that no two keys share a text.
 */
export function keyText(cells: string[]): string {
  return cells.length === 1 ? cells[0]! : JSON.stringify(cells)
}

/** Reads the key from a row of cells. `at[i]` is the column index of key field i in the file. */
export function keyOfRow(dataset: Dataset, cells: string[], at: number[]): string {
  if (at.length === 1) return normalizeText(cells[at[0]!]!, dataset.key[0]!)
  return keyText(dataset.key.map((field, i) => normalizeText(cells[at[i]!]!, field)))
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
