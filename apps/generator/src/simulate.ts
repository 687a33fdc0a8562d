import { boundOf, murmur2, twinOf, type Dataset, type Value } from '@dsf/dataset'

export type CleanRecord = Record<string, Value>

/** The simulated twin of a record, or undefined for the keys that have none. Equal input gives an equal twin. */
export type Simulate = (record: CleanRecord, key: string) => CleanRecord | undefined

/**
 * Compiles a dataset's simulation. Whether a key has a twin depends on the key alone, so that every version of a record
 * has its twin; the noise also depends on the version.
 */
export function simulatorOf(dataset: Dataset): Simulate {
  const rules = dataset.simulate
  const keyField = dataset.key.find(({ type }) => type === 'string')
  if (!rules || !keyField) return () => undefined
  const noises = Object.entries(rules.jitter).map(([name, halfWidth]) => noiseOf(dataset, name, halfWidth))
  return (record, key) => {
    if (unit(`${rules.seed}/${key}`) >= rules.share) return undefined
    const twin = { ...record, [keyField.column]: twinOf(String(record[keyField.column])) }
    for (const noise of noises) noise(twin, `${rules.seed}/${key}/${record.dsf_version}`)
    return twin
  }
}

/** Adds uniform noise to a number, kept inside the field's bounds so that a simulated record is a valid one. */
function noiseOf(dataset: Dataset, name: string, halfWidth: number) {
  const field = dataset.fields.find((one) => one.name === name)!
  const { column } = field
  const low = boundOf(field, 'minimum') ?? -Infinity
  const high = boundOf(field, 'maximum') ?? Infinity
  const above = boundOf(field, 'exclusiveMinimum') ?? -Infinity
  const below = boundOf(field, 'exclusiveMaximum') ?? Infinity
  return (record: CleanRecord, seed: string) => {
    const value = record[column]
    if (typeof value !== 'number') return
    const noisy = value + (unit(`${seed}/${column}`) * 2 - 1) * halfWidth
    const bounded = Math.min(high, Math.max(low, Math.round(noisy * 1e4) / 1e4))
    // an excluded bound has no nearest value that is allowed, so noise that reaches it is left out
    if (bounded > above && bounded < below) record[column] = bounded
  }
}

/** A number in [0, 1) that depends on the text alone. */
const unit = (text: string): number => (murmur2(Buffer.from(text)) >>> 0) / 2 ** 32
