import { setTimeout as sleep } from 'node:timers/promises'

/** Repeats until `probe` gives something, and gives that. A probe that throws is asked again; its last reason is told. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  { seconds = 90, everyMs = 100 } = {},
): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = Date.now() + seconds * 1000
  for (let last = 'nothing yet'; ; await sleep(everyMs)) {
    try {
      const found = await probe()
      if (found) return found as Exclude<NonNullable<T>, false>
    } catch (error) {
      last = (error as Error).message
    }
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}: ${last}`)
  }
}
