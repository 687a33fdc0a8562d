import { oneAtATime } from '../batches/timed-work.ts'
import { inputName, type HeldInputs } from './held-inputs.ts'
import { lagOf } from '../kafka/lag.ts'
import type { Lane } from './lane.ts'
import type { InputPlace, StageKit } from '../batches/stage-kit.ts'

/** Between two looks at inputs that are not fetched: of them no fetch tells how far they are behind. */
const lookEveryMs = 15_000

type Kit = Pick<StageKit, 'admin' | 'metrics' | 'names'>

/** How far the inputs of our lanes are behind. */
export class InputLags {
  readonly #kit: Kit
  readonly #held: Pick<HeldInputs, 'places'>
  readonly #laneOf: (place: InputPlace) => Pick<Lane, 'restartOffset'> | undefined
  readonly #looking: NodeJS.Timeout

  /** @param laneOf undefined for an input whose dataset went */
  constructor(
    kit: Kit,
    held: Pick<HeldInputs, 'places'>,
    laneOf: (place: InputPlace) => Pick<Lane, 'restartOffset'> | undefined,
  ) {
    this.#kit = kit
    this.#held = held
    this.#laneOf = laneOf
    this.#looking = setInterval(
      oneAtATime(() => this.#lookAtHeld()),
      lookEveryMs,
    ).unref()
  }

  stop(): void {
    clearInterval(this.#looking)
  }

  /** Of these inputs alone, by their names: the others went to another member. */
  keep(inputs: Set<string>): void {
    this.#kit.metrics.keepLags((name) => inputs.has(name))
  }

  /** `beginning` is where a lane begins that has not committed yet. */
  tell(place: InputPlace, { end, beginning }: { end: number; beginning: number }): void {
    const lane = this.#laneOf(place)
    if (!lane) return
    const { dataset, kind } = this.#kit.names.partsOf(place.topic)
    const lag = () => lagOf(end, lane.restartOffset(kind), beginning)
    this.#kit.metrics.lag(inputName(place), lag, { dataset, ...place })
  }

  async #lookAtHeld(): Promise<void> {
    for (const place of this.#held.places()) {
      const ends = await this.#kit.admin.fetchTopicOffsets(place.topic).catch(() => [])
      const found = ends.find(({ partition }) => partition === place.partition)
      if (found) this.tell(place, { end: Number(found.high), beginning: Number(found.low) })
    }
  }
}
