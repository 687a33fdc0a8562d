import {
  addCounters,
  asJson,
  quarantined,
  type Counters,
  type Dataset,
  type Provenance,
  type Row,
} from '@dsf/dataset'
import { crashPoint, type Batch, type Output, type Result } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { bulkWriter } from './bulk-body.ts'
import type { BulkOutcome } from './bulk-answer.ts'
import { FirstAnswers, objectOf } from './first-answers.ts'
import { keyProblem } from './key-problem.ts'
import { documentId, documentWriter } from './to-document.ts'
import type { Index } from './elasticsearch.ts'
import { tableIndexer, type WaitContext } from './index-tables.ts'
import { oneLargeAtATime } from './one-large.ts'
import { objectReader, readInParts, type StoredObject } from './read-object.ts'
import { tables } from './table-documents.ts'

export type AnnouncedObject = StoredObject & { route: string }

/**
 * Indexes the announced objects of the lake; the bytes come from the store, never from the topic. Those that are announced
 * again for a replay, and tables beside the rows, belong to no run that is open here, so no receipt counts them.
 */
export function objectIndexer(store: ObjectStore, index: Index) {
  return (dataset: Dataset) => {
    const indexRows = rowIndexer(store, index, dataset)
    const indexTables = Object.entries(tables).map(
      ([route, table]) => [route, tableIndexer(store, index, table, dataset)] as const,
    )
    const answersOf = perLane(() => new FirstAnswers())
    return async (
      { records, lane, firstRecord }: Batch<AnnouncedObject>,
      context: WaitContext,
    ): Promise<Result> => {
      const of = (wanted: string) => records.filter(({ route }) => route === wanted)
      const answers = answersOf(lane)
      answers.begin(firstRecord, records)
      const counts: Counters = {}
      const quarantine: Output[] = []
      const rowsInto = indexRows(quarantine, context)
      await rowsInto(of('lake'), ({ fates, refused }, objects, from) => {
        addCounters(counts, { ...answers.count(fates, objects, from), refused: refused.length })
      })
      await rowsInto(of('replay'))
      for (const [route, indexTable] of indexTables) await indexTable(of(route), context)
      return { out: { quarantine }, counts }
    }
  }
}

function perLane<T>(open: () => T): (lane: number) => T {
  const lanes: T[] = []
  return (lane) => (lanes[lane] ??= open())
}

/** What became of the rows from `from` on, of objects whose rows stand one behind the other. */
type Seen = (outcome: BulkOutcome, objects: AnnouncedObject[], from: number) => void

function rowIndexer(store: ObjectStore, index: Index, dataset: Dataset) {
  const toBodies = bulkWriter(dataset, { index: index.nameOf(dataset.name) })
  const toQuarantine = quarantineWriter(dataset)
  const turn = oneLargeAtATime()
  return (quarantine: Output[], { heard, signal }: WaitContext) =>
    (objects: AnnouncedObject[], seen?: Seen): Promise<void> =>
      readInParts(objects, objectReader(dataset, store), async (part, read) => {
        let from = 0
        // one request for several small objects; their order does not matter, because versions decide
        for (const body of toBodies(read.flat())) {
          const outcome = await index.bulk(body, { signal, turn })
          heard()
          crashPoint('after-bulk')
          seen?.(outcome, part, from)
          for (const { at, reason } of outcome.refused)
            quarantine.push(toQuarantine(body.rows[at]!, reason, objectOf(part, from + at).key))
          from += body.rows.length
        }
      })
}

function quarantineWriter(dataset: Dataset) {
  const toDocument = documentWriter(dataset)
  const toId = documentId(dataset)
  const isKeyless = keyProblem(dataset)
  return (row: Row, reason: string, object: string): Output => {
    const reasons = [{ field: null, code: 'refused', message: reason }]
    const [key, original] = isKeyless(row)
      ? [null, asJson(row)]
      : [toId(row), { content: 'json', bytes: Buffer.from(toDocument(row)) } as const]
    return { key, value: quarantined('indexer', row as Row & Provenance, reasons, original, object) }
  }
}
