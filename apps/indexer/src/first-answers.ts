import type { Counters } from '@dsf/dataset'
import { fates as known, type Fate } from './bulk-answer.ts'
import type { StoredObject } from './read-object.ts'

/** Where a row of a batch lies. An object has the same rows whenever it is read. */
export interface RowPlace {
  object: StoredObject
  row: number
}

/**
 * What became of the documents of a lane's batch, as the index said it first. A batch whose transaction was lost is handled
 * again, and by then the index has its documents: to the second attempt it says that they are there, and no longer whether
 * they were created or replaced. So the first answer to each row is kept until the lane goes on, and counts.
 *
 * A process that dies takes the answers with it, and a bulk request that timed out never had one. Who comes then finds the
 * documents as `repeated`: they count as replaced, and the receipt says of how many that is not sure. To be exact there too,
 * each write would have to read first what is there, and leave in the document which record created it. Reading 200,000
 * documents took 29 s beside 23 to 52 s of writing them (2026-11-26, by hand): too much for every row of every run.
 */
export class FirstAnswers {
  #firstRecord = -1
  /** by object: for each row 0, or one more than the place of its fate */
  readonly #answers = new Map<string, Uint8Array>()

  /** Another first record than before means that the batch before was committed. */
  begin(firstRecord: number): void {
    if (firstRecord !== this.#firstRecord) this.#answers.clear()
    this.#firstRecord = firstRecord
  }

  /** Counts the rows of one answer. */
  count(fates: (Fate | undefined)[], places: RowPlace[]): Counters {
    const counts = { created: 0, replaced: 0, superseded: 0, repeated: 0 }
    for (const [i, fate] of fates.entries()) if (fate) counts[this.#first(fate, places[i]!)]++
    return { ...counts, replaced: counts.replaced + counts.repeated }
  }

  #first(fate: Fate, { object: { key, records }, row }: RowPlace): Fate {
    let answers = this.#answers.get(key)
    if (!answers) this.#answers.set(key, (answers = new Uint8Array(records)))
    answers[row] ||= known.indexOf(fate) + 1
    return known[answers[row] - 1]!
  }
}
