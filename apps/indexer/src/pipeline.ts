import { firstPipelineIndex, pipelineIndex, pipelineTemplate, readers, type Dataset } from '@dsf/dataset'
import { DatasetError, oneAtATime, TransientError, type Runtime } from '@dsf/stage'
import type { Index } from './elasticsearch.ts'
import type { PipelineDocument } from './pipeline-documents.ts'

/**
 * Documents about the pipeline itself. Those of runs come with the indexer's batches, lags by looking now and then: several instances
 * write the same documents under the same ids.
 */
export class Pipeline {
  readonly #index: Index
  readonly #everyMs: number
  /** places whose last sample was not 0: a place at rest needs no samples */
  readonly #lagging = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(index: Index, everyMs: number) {
    this.#index = index
    this.#everyMs = everyMs
  }

  async start(runtime: Runtime): Promise<void> {
    await this.#index.prepareIndex({
      alias: pipelineIndex,
      name: pipelineIndex,
      template: pipelineTemplate,
      first: firstPipelineIndex,
    })
    this.#timer = setInterval(
      oneAtATime(() => this.#look(runtime)),
      this.#everyMs,
    ).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** @throws TransientError when Elasticsearch is away or has no room, DatasetError for a document that it does not take */
  async write(documents: PipelineDocument[]): Promise<void> {
    if (documents.length === 0) return
    const operations = documents.flatMap(({ id, document }) => [
      { index: { _index: this.#index.nameOf(pipelineIndex), _id: id } },
      document,
    ])
    const answer = await this.#index.call('pipeline documents', (client) =>
      client.bulk({ operations, require_alias: true }),
    )
    const failed = answer.items.find(({ index }) => index?.error)?.index
    if (!failed) return
    const sentence = `Elasticsearch refused the document ${failed._id} of ${pipelineIndex}: ${failed.error!.reason}`
    throw failed.status === 400 ? new DatasetError(sentence) : new TransientError(sentence)
  }

  /** Whoever is away now is asked again the next time. */
  async #look(runtime: Runtime): Promise<void> {
    try {
      await this.write(await this.#lags(runtime))
    } catch (error) {
      runtime.log.warn({ reason: (error as Error).message }, 'no pipeline documents this time')
    }
  }

  /** A dataset whose topics cannot be asked costs no other its lags. */
  async #lags({ datasets, behind, log }: Runtime): Promise<PipelineDocument[]> {
    const now = Math.floor(Date.now() / this.#everyMs) * this.#everyMs
    const documents: PipelineDocument[] = []
    for (const dataset of datasets.values()) {
      try {
        documents.push(...(await this.#lagsOf(dataset, behind, now)))
      } catch (error) {
        log.warn({ dataset: dataset.name, reason: (error as Error).message }, 'no lags of it this time')
      }
    }
    return documents
  }

  async #lagsOf(dataset: Dataset, behind: Runtime['behind'], now: number): Promise<PipelineDocument[]> {
    const documents: PipelineDocument[] = []
    for (const [stage, kinds] of readers)
      for (const topic of kinds) {
        const records = await behind(stage, dataset, topic)
        const id = `lag.${now}.${dataset.name}.${stage}.${topic}`
        const place = { dataset: dataset.name, stage, topic }
        if (this.#isNews(JSON.stringify(place), records))
          documents.push({ id, document: { kind: 'lag', '@timestamp': now, ...place, records } })
      }
    return documents
  }

  #isNews(place: string, records: number): boolean {
    const was = this.#lagging.has(place)
    if (records > 0) this.#lagging.add(place)
    else this.#lagging.delete(place)
    return was || records > 0
  }
}
