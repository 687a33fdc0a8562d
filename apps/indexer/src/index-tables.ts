import { crashPoint, DatasetError, type HandlerContext } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import type { Dataset } from '@dsf/dataset'
import { bulkBodies } from './bulk-body.ts'
import type { Index } from './elasticsearch.ts'
import { objectReader, readInParts, type StoredObject } from './read-object.ts'
import { checkTable, tableItemWriter, type Table } from './table-documents.ts'

/** What a handler has that waits for a server. */
export type WaitContext = Pick<HandlerContext, 'heard' | 'signal'>

/**
 * Indexes announced objects of a table beside the lake. No receipt counts their rows, and a document that Elasticsearch refuses is no row of
 * a feed: it is what we computed ourselves, and is safe in the lake. So it does not go to quarantine, from where a replay would take the
 * object for one of rows; a job and an index that do not fit together must be seen.
 * @throws DatasetError for a document that is refused, ObjectMismatch
 */
export function tableIndexer(store: ObjectStore, index: Index, table: Table, dataset: Dataset) {
  const writeItem = tableItemWriter({ ...table, alias: index.nameOf(table.alias) }, dataset)
  return (objects: StoredObject[], { heard, signal }: WaitContext): Promise<void> =>
    readInParts(objects, objectReader(dataset, store), async (part, read) => {
      part.forEach(({ key }, i) => checkTable(table, key, read[i]!))
      for (const body of bulkBodies(read.flat(), writeItem)) {
        const { refused } = await index.bulk(body, { signal })
        heard()
        crashPoint('after-bulk')
        if (refused[0])
          throw new DatasetError(
            `Elasticsearch refused ${refused.length} of ${body.rows.length} documents of ${table.alias}, from ${part[0]!.key} on: ${refused[0].reason}. Mend its mapping, or the job that wrote them`,
          )
      }
    })
}
