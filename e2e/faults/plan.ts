/** Which fault happens in which round: a function of the seed, so that a violation can be looked at again. */
import { integer, pick, seeded, type Random } from '../../infra/feed/random.ts'

/** One way of a fault, against one stage or server. */
export interface Variant {
  /** the fault's family, as in ONLY=F3 */
  id: string
  /** what is done to whom: `kill -9 of the cleaner, after-send` */
  title: string
}

export interface Round<V extends Variant = Variant> {
  /** from 1 */
  number: number
  variant: V
  /** of the round alone, so that it does not depend on what earlier rounds drew */
  random: Random
}

/**
 * Every variant comes equally often, in an order of the seed: one shuffled deck after the other.
 * @throws Error when `only` leaves nothing
 */
export function planRounds<V extends Variant>(
  variants: readonly V[],
  { seed, rounds, only }: { seed: number; rounds: number; only?: string },
): Round<V>[] {
  const wanted = variants.filter(({ id }) => only === undefined || only.split(',').includes(id))
  if (wanted.length === 0)
    throw new Error(
      `ONLY=${only} names no fault; known are ${[...new Set(variants.map(({ id }) => id))].join(', ')}`,
    )
  const draw = seeded(seed)
  let deck: V[] = []
  return Array.from({ length: rounds }, (_, i) => {
    if (deck.length === 0) deck = spread(shuffled(wanted, draw))
    return { number: i + 1, variant: deck.shift()!, random: seeded(seed * 100_003 + i) }
  })
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const rest = [...list]
  return list.map(() => rest.splice(integer(random, 0, rest.length - 1), 1)[0]!)
}

/** A family with many variants goes round with the others, so that a short run meets every family. */
function spread<V extends Variant>(deck: V[]): V[] {
  const families = Map.groupBy(deck, ({ id }) => id)
  const turns = [...families.values()]
  const longest = Math.max(...turns.map(({ length }) => length))
  return Array.from({ length: longest }, (_, i) => turns.flatMap((turn) => turn[i] ?? [])).flat()
}

/** Milliseconds into an import at which something happens. */
export const moment = (random: Random): number => integer(random, 20, 900)

export { pick, integer }
