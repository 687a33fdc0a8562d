import type { Counters } from '@dsf/dataset'
import { fates as known, type Fate } from './bulk-answer.ts'
import type { StoredObject } from './read-object.ts'

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
  /** objects that are not committed, with their number in the lane, and for each row 0, or one more than the place of its fate */
  readonly #objects = new Map<string, { number: number; answers?: Uint8Array }>()

  /**
   * Objects before the first one of a batch were committed. A batch that comes again may end elsewhere than the first time.
   */
  begin(firstRecord: number, objects: StoredObject[]): void {
    for (const [key, { number }] of this.#objects) if (number < firstRecord) this.#objects.delete(key)
    for (const [i, { key }] of objects.entries())
      if (!this.#objects.has(key)) this.#objects.set(key, { number: firstRecord + i })
  }

  /** Counts the rows of one answer: those from `from` on, of objects whose rows stand one behind the other, the same whenever they are read. */
  count(fates: (Fate | undefined)[], objects: StoredObject[], from: number): Counters {
    const counts = { created: 0, replaced: 0, superseded: 0, repeated: 0 }
    let at = 0
    for (const place of placesFrom(objects, from)) {
      const answers = this.#answersOf(place.object)
      for (let row = place.row; row < answers.length && at < fates.length; row++, at++) {
        const fate = fates[at]
        if (fate) counts[first(answers, row, fate)]++
      }
    }
    return { ...counts, replaced: counts.replaced + counts.repeated }
  }

  #answersOf({ key, records }: StoredObject): Uint8Array {
    const object = this.#objects.get(key)!
    return (object.answers ??= new Uint8Array(records))
  }
}

function first(answers: Uint8Array, row: number, fate: Fate): Fate {
  answers[row] ||= known.indexOf(fate) + 1
  return known[answers[row] - 1]!
}

/** Where the rows from `from` on begin: in the middle of an object, and then at the beginning of each further one. */
function* placesFrom<O extends StoredObject>(
  objects: O[],
  from: number,
): Generator<{ object: O; row: number }> {
  let before = 0
  for (const object of objects) {
    const row = Math.max(0, from - before)
    before += object.records
    if (from < before) yield { object, row }
  }
}

/** Whose row it is. */
export function objectOf<O extends StoredObject>(objects: O[], row: number): O {
  const [place] = placesFrom(objects, row)
  return place!.object
}
