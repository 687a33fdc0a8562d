import { addCounters, type Counters, type Dataset, type Problem } from '@dsf/dataset'
import type { Batch, Output, Result } from '@dsf/stage'
import { contentMark, rowReader, type RawRow } from './read-row.ts'
import type { SeenVersions } from './seen-versions.ts'

/** Cleans a batch of raw rows of one lane: every row comes out as clean, as duplicate, or in quarantine with its reasons. */
export type Clean = (batch: Batch<RawRow>, seen: SeenVersions) => Result

/** Compiles a dataset's definition to its cleaning function. */
export function cleanerOf(dataset: Dataset): Clean {
  const readRow = rowReader(dataset)
  const versionColumn = dataset.versionField?.column
  const fingerprint = contentMark(dataset)
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
      const key = messageKey.toString()
      const version = versionColumn === undefined ? batch.firstRecord + i : (row[versionColumn] as number)
      const mark = versionColumn === undefined ? fingerprint(row) : version
      const before = seen.get(key)
      if (isDuplicate(before, mark, versionColumn !== undefined)) {
        duplicate++
        continue
      }
      seen.set(key, mark, before)
      row.dsf_version = version
      clean.push({ key: messageKey, value: row })
      marks.push({ key: messageKey, value: { mark } })
    }
    const counts = { clean: clean.length, duplicate, quarantined: quarantine.length }
    return { out: { clean, seen: marks, quarantine }, counts: addCounters(reasons, counts) }
  }
}

/** With versions, older and equal ones are duplicates; without, only content that was the last one let through. */
function isDuplicate(last: number | undefined, mark: number, versioned: boolean): boolean {
  if (last === undefined) return false
  return versioned ? mark <= last : mark === last
}

function refused(batch: Batch<RawRow>, i: number, problems: Problem[]): Output {
  const { dsf_run, dsf_row } = batch.records[i]!
  const value = {
    dsf_run,
    dsf_row,
    stage: 'cleaner',
    reasons: problems,
    content: 'avro',
    bytes: batch.values[i],
  }
  return { key: batch.keys[i]!, value }
}

/** A row counts once for each code, however many of its fields have it. */
function countReasons(reasons: Counters, problems: Problem[]): void {
  for (const code of new Set(problems.map((problem) => problem.code)))
    addCounters(reasons, { [`quarantined:${code}`]: 1 })
}
