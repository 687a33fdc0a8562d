import type { Dataset, TopicKind } from '@dsf/dataset'
import { asRun, canStartAgain, isOver, newRun, takenBy, type Known } from '../importing/run.ts'
import type { Request, Run } from '../importing/run.ts'
import type { Replay } from '../refused/selection.ts'
import { RunEnds } from './run-ends.ts'
import { pageOfRuns, type RunQuery } from './run-list.ts'

/** All runs as every instance sees them: by the topics of requests and runs, so that any instance answers for any run. */
export class KnownRuns {
  readonly #runs = new Map<string, Known>()
  readonly #ends = new RunEnds()

  find = (run: string): Known | undefined => this.#runs.get(run)

  /** One more than asked for, where there is one. */
  list = (query: RunQuery): Known[] => pageOfRuns(this.#runs.values(), query)

  /** The run once it is over, or as it is when the time is, or whoever waits has gone. */
  async whenOver(id: string, ms: number, gone?: AbortSignal): Promise<Known | undefined> {
    const known = this.#runs.get(id)
    if (!known || isOver(known.run)) return known
    await this.#ends.wait(id, ms, gone)
    return this.#runs.get(id)
  }

  /** Nobody is kept waiting by a process that ends. */
  close(): void {
    this.#ends.close()
  }

  /** How many runs of a dataset wait to begin. */
  waiting = (dataset: Dataset): number => this.#of(dataset).filter(({ run }) => run.state === 'queued').length

  /** Replays whose rows are through, or on their way. */
  replays = (dataset: Dataset): Replay[] => this.#of(dataset).flatMap(({ run }) => takenBy(run))

  /** A record of one of both topics; null for a run that is not kept any more. */
  take(dataset: Dataset, kind: TopicKind, record: Record<string, unknown> | null, key: string): void {
    if (record === null) this.#runs.delete(key)
    else if (kind === 'runs') this.#know(dataset, asRun(record))
    else this.request(dataset, record as unknown as Request)
  }

  /** A request that the owner of the dataset has not taken in yet, or that begins a run anew. */
  request(dataset: Dataset, request: Request): void {
    if (request.type === 'cancel') return
    const known = this.#runs.get(request.run)?.run
    if (known && !(canStartAgain(known) && request.requested_at > known.asked_at)) return
    this.#know(dataset, newRun({ ...request, type: request.type }, dataset.lanes))
  }

  /**
   * Requests and runs come from two topics: an older record of a run says nothing about one that was asked for again. One that ended
   * for good does: what we heard of was a second request for it, from another instance perhaps, which began nothing.
   */
  #know(dataset: Dataset, run: Run): void {
    const known = this.#runs.get(run.run)?.run
    const endedForGood = isOver(run) && !canStartAgain(run)
    if (known && run.asked_at < known.asked_at && !endedForGood) return
    this.#runs.set(run.run, { dataset: dataset.name, run })
    if (isOver(run)) this.#ends.tell(run.run)
  }

  #of = ({ name }: Dataset): Known[] => [...this.#runs.values()].filter(({ dataset }) => dataset === name)
}
