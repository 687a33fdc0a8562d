import { setTimeout as sleep } from 'node:timers/promises'
import type { Dataset, Datasets, RefusedDataset } from '@dsf/dataset'
import { DatasetStarts } from './dataset-starts.ts'
import { DatasetWatch } from './dataset-watch.ts'
import type { Health } from '../health/health.ts'
import type { Logger } from '../health/log.ts'

/** Between two looks at the folders. A change counts when it was seen twice, and is taken in within three of them. */
const lookEveryMs = 5000

interface Tools {
  folders: string[]
  /** what a definition needs before it is used; done again for one that failed */
  prepare: (dataset: Dataset) => Promise<void>
  health: Health
  log: Logger
  stopping: () => boolean
  lookEveryMs?: number | undefined
}

/** What is otherwise than before. */
export interface Changes {
  /** can be read from now on */
  came: Dataset[]
  /** is in already, and has another definition from now on */
  changed: Dataset[]
  gone: string[]
}

/** The datasets of a stage, as their folders come, change and go. */
export class LiveDatasets {
  /** Those that can be used: in, or on their way. One whose definition changes is as before until the new one can be used. */
  readonly datasets: Datasets
  readonly #tools: Tools
  readonly #watch: DatasetWatch
  readonly #starts: DatasetStarts
  /** the newest definitions, whether or not they can be used */
  #newest = new Map<string, Dataset>()
  /** names of those that are read */
  readonly #in = new Set<string>()
  #nextLook: number

  /** @throws DefinitionError when a folder of datasets is not there */
  constructor(tools: Tools) {
    this.#tools = tools
    this.#watch = new DatasetWatch(tools.folders)
    this.#starts = new DatasetStarts(tools)
    this.datasets = Object.assign(new Map<string, Dataset>(), { refused: [] })
    this.#nextLook = this.#later()
    this.#compare()
  }

  /** Undefined for a dataset that is in. */
  missing = (name: string): string | undefined => this.#starts.missing(name)

  /** @throws what concerns the whole process */
  async first(): Promise<Dataset[]> {
    return this.#enter(await this.#starts.first()).came
  }

  /**
   * Waits until something may be otherwise, and says what is.
   * @throws what concerns the whole process
   */
  async next(): Promise<Changes> {
    const ms = Math.min(this.#starts.nextInMs(), this.#nextLook - performance.now())
    await sleep(Math.max(0, ms), undefined, { ref: false })
    if (this.#tools.stopping()) return { came: [], changed: [], gone: [] }
    const gone = performance.now() >= this.#nextLook ? await this.#look() : []
    return { ...this.#enter(await this.#starts.due()), gone }
  }

  #later = () => performance.now() + (this.#tools.lookEveryMs ?? lookEveryMs)

  async #look(): Promise<string[]> {
    const before = new Set(this.#watch.unreadable.keys())
    await this.#watch.look()
    this.#nextLook = this.#later()
    for (const [folder, reason] of this.#watch.unreadable)
      if (!before.has(folder)) this.#tools.log.warn({ folder, reason }, unreadable)
    return this.#compare()
  }

  /** Returns the names of those that went, of those that were in. */
  #compare(): string[] {
    const now = this.#watch.datasets()
    this.#tellRefused(now.refused)
    const gone = [...this.#newest.keys()].filter((name) => !now.has(name))
    for (const name of gone) {
      this.#starts.drop(name)
      this.datasets.delete(name)
    }
    for (const [name, dataset] of now)
      if (this.#newest.get(name) !== dataset) {
        if (!this.#in.has(name)) this.datasets.set(name, dataset)
        this.#starts.add(dataset, this.#in.has(name))
      }
    this.#newest = new Map(now)
    return gone.filter((name) => this.#in.delete(name))
  }

  #enter(datasets: Dataset[]): Omit<Changes, 'gone'> {
    const changed = datasets.filter(({ name }) => this.#in.has(name))
    const came = datasets.filter(({ name }) => !this.#in.has(name))
    for (const dataset of datasets) this.datasets.set(dataset.name, dataset)
    for (const { name } of came) this.#in.add(name)
    return { came, changed }
  }

  #tellRefused(refused: RefusedDataset[]): void {
    const { health, log } = this.#tools
    const known = new Set(this.datasets.refused.map(sentenceOf))
    health.leaveOut(refused)
    this.datasets.refused.splice(0, Infinity, ...refused)
    for (const one of refused) {
      const { name: dataset, problems } = one
      if (!known.has(sentenceOf(one))) log.error({ dataset, problems }, sentenceOf(one))
    }
  }
}

const sentenceOf = ({ name, folder, problems }: RefusedDataset): string =>
  `the definition of ${name} in ${folder} cannot be used: ${problems.join('; ')}`

const unreadable = 'a folder of datasets cannot be read; all of it goes on as it was'
