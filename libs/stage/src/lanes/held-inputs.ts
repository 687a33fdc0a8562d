import type { InputPlace, StageKit } from '../batches/stage-kit.ts'

export const inputName = ({ topic, partition }: InputPlace): string => `${topic}/${partition}`

/**
 * Inputs that are not fetched for a while. kafkajs fetches again when every batch of the last fetch is done, so a lane that
 * takes long, waits or is parked gives its batch back and holds its input instead: nobody else waits for it.
 */
export class HeldInputs {
  readonly #kit: Pick<StageKit, 'pause' | 'resume'>
  /** with the timer that ends the holding, where there is one */
  readonly #held = new Map<string, { place: InputPlace; timer?: NodeJS.Timeout }>()

  constructor(kit: Pick<StageKit, 'pause' | 'resume'>) {
    this.#kit = kit
  }

  has = (place: InputPlace): boolean => this.#held.has(inputName(place))

  /** Until it is let go. A consumer that was restarted does not know what was paused, so holding again is not idle. */
  hold(place: InputPlace): void {
    const held = this.#held.get(inputName(place))
    this.#held.set(inputName(place), held ?? { place })
    this.#kit.pause(place)
  }

  /** Until the time is over; `before` runs just before the input is fetched again. */
  holdFor(place: InputPlace, ms: number, before: () => void): void {
    this.letGo(place)
    this.hold(place)
    this.#held.get(inputName(place))!.timer = setTimeout(() => {
      before()
      this.letGo(place)
    }, ms)
  }

  places = (): InputPlace[] => [...this.#held.values()].map(({ place }) => place)

  waits = (place: InputPlace): boolean => this.#held.get(inputName(place))?.timer !== undefined

  letGo(place: InputPlace): void {
    const held = this.#held.get(inputName(place))
    if (!held) return
    clearTimeout(held.timer)
    this.#held.delete(inputName(place))
    this.#kit.resume(place)
  }

  /** Those of lanes that went away. */
  letGoUnless(keep: (place: InputPlace) => boolean): void {
    for (const { place } of [...this.#held.values()]) if (!keep(place)) this.letGo(place)
  }
}
