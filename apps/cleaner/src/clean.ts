import {
  addCounters,
  fractionReader,
  quarantined,
  type Counters,
  type Dataset,
  type Field,
  type Problem,
} from '@dsf/dataset'
import type { Batch, Output, Result } from '@dsf/stage'
import { isNewer, markOf, toSeen, versionOf, type Mark } from './mark.ts'
import { contentMark, rowReader, type CleanRow, type RawRow } from './read-row.ts'
import type { SeenVersions } from './seen-versions.ts'

/** Cleans a batch of raw rows of one lane: every row comes out as clean, as duplicate, or in quarantine with its reasons. */
export type Clean = (batch: Batch<RawRow>, seen: SeenVersions) => Result

/** Compiles a dataset's definition to its cleaning function. */
export function cleanerOf(dataset: Dataset): Clean {
  const readRow = rowReader(dataset)
  const isVersioned = dataset.versionField !== undefined
  const decide = dataset.versionField ? byVersion(dataset.versionField) : byContent(dataset)
  return (batch, seen) => {
    const clean: Output[] = []
    const marks: Output[] = []
    const quarantine: Output[] = []
    const reasons: Counters = {}
    let duplicate = 0
    for (let i = 0; i < batch.records.length; i++) {
      const raw = batch.records[i]!
      const row = readRow(raw)
      if (Array.isArray(row)) {
        quarantine.push(refused(batch, i, row))
        countReasons(reasons, row)
        continue
      }
      const messageKey = batch.keys[i]!
      const place = seen.placeOf(messageKey)
      const before = seen.get(place)
      const mark = decide(row, raw, before)
      if (mark === undefined) {
        duplicate++
        continue
      }
      seen.set(place, mark, before)
      row.dsf_version = isVersioned ? versionOf(mark) : batch.firstRecord + i
      clean.push({ key: messageKey, value: row })
      marks.push({ key: messageKey, value: toSeen(mark) })
    }
    const counts = { clean: clean.length, duplicate, quarantined: quarantine.length }
    return { out: { clean, seen: marks, quarantine }, counts: addCounters(reasons, counts) }
  }
}

/** The new mark of a row's key, undefined for a duplicate of what was let through before. */
type Decide = (row: CleanRow, raw: RawRow, before: Mark | undefined) => Mark | undefined

/** Older and equal versions are duplicates. They are compared as finely as their texts tell them apart. */
function byVersion(field: Field): Decide {
  const { column } = field
  const fraction = field.type === 'datetime' ? fractionReader(field) : () => 0
  return (row, raw, before) => {
    const version = row[column] as number
    const finer = fraction(raw[column] as string | null)
    return before === undefined || isNewer(version, finer, before)
      ? markOf(version, finer, before)
      : undefined
  }
}

/** Without versions, only content that was the last one let through is a duplicate. */
function byContent(dataset: Dataset): Decide {
  const fingerprint = contentMark(dataset)
  return (row, _, before) => {
    const mark = fingerprint(row)
    return mark === before ? undefined : mark
  }
}

function refused(batch: Batch<RawRow>, i: number, problems: Problem[]): Output {
  const original = { content: 'avro', bytes: batch.values[i]! } as const
  return { key: batch.keys[i]!, value: quarantined('cleaner', batch.records[i]!, problems, original) }
}

/** A row counts once for each code, however many of its fields have it. */
function countReasons(reasons: Counters, problems: Problem[]): void {
  for (const code of new Set(problems.map((problem) => problem.code)))
    addCounters(reasons, { [`quarantined:${code}`]: 1 })
}
