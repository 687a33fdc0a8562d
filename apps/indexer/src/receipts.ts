import { addCounters, brokenSums, counterNames, type Counters } from '@dsf/dataset'
import type { Receipt } from '@dsf/stage'
import type { Index } from './elasticsearch.ts'

const receiptsIndex = 'dsf-receipts'

/** Routes on which a run's receipts arrive; a run is over when every lane was closed on each. */
const routes = ['lake', 'processed']

/** Others come from the Spark jobs, and from replays of before: they closed a batch of what belongs to no run. */
export const closesRun = ({ route }: Receipt): boolean => routes.includes(route)

/** The end-to-end receipt of a run. */
export interface RunReceipt {
  runId: string
  dataset: string
  state: 'running' | 'succeeded' | 'failed'
  reason?: string
  counters: Counters
  /** receipts that arrived, of those expected: one for each lane and route */
  closed: number
  expected: number
}

/**
 * Receipts that reached the end, one document for each lane and route in the index `dsf-receipts`. Any instance can
 * answer for any run, because none keeps anything to itself.
 */
export class Receipts {
  readonly #index: Index

  constructor(index: Index) {
    this.#index = index
  }

  async prepare(): Promise<void> {
    const properties = {
      run: keyword,
      dataset: keyword,
      route: keyword,
      lane: long,
      lanes: long,
      counters: { type: 'object', dynamic: true },
    }
    await this.#index.call('receipts index', async (client) => {
      if (await client.indices.exists({ index: receiptsIndex })) return
      const body = {
        settings: { number_of_shards: 1, auto_expand_replicas: '0-1' },
        mappings: { dynamic: false, properties },
      }
      await client.indices.create({ index: receiptsIndex, ...body }, { ignore: [400] })
    })
  }

  /** Idempotent: the receipt of a lane and route replaces itself. */
  async save(receipt: Receipt): Promise<void> {
    const id = `${receipt.run}.${receipt.lane}.${receipt.route}`
    await this.#index.call('receipt', (client) =>
      client.index({ index: receiptsIndex, id, document: receipt, refresh: true }),
    )
  }

  /** Those of a run that have arrived. */
  async of(run: string): Promise<Receipt[]> {
    const query = { term: { run } }
    const answer = await this.#index.call('receipts', (client) =>
      client.search<Partial<Receipt>>({ index: receiptsIndex, query, size: 1000 }),
    )
    // the first releases wrote receipts without times
    return answer.hits.hits.map((hit) => ({ times: {}, ...hit._source }) as Receipt)
  }
}

const keyword = { type: 'keyword' }
const long = { type: 'long' }

/** Adds a run's receipts up, of which there is at least one, and checks its sums (invariant 5) once all of them are there. */
export function summarize(receipts: Receipt[]): RunReceipt {
  const { run, dataset, lanes } = receipts[0]!
  const counters: Counters = Object.fromEntries(counterNames.map((name) => [name, 0]))
  for (const { route, counters: counted } of receipts)
    addCounters(counters, route === 'lake' ? counted : { processed: counted.processed ?? 0 })
  const summary = {
    runId: run,
    dataset,
    state: 'running' as const,
    counters,
    closed: receipts.length,
    expected: lanes * routes.length,
  }
  if (summary.closed < summary.expected) return summary
  const broken = brokenSums(counters)
  if (broken.length === 0) return { ...summary, state: 'succeeded' }
  return { ...summary, state: 'failed', reason: `rows without an answer: ${broken.join('; ')}` }
}
