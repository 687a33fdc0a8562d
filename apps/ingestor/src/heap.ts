import { setFlagsFromString } from 'node:v8'

/**
 * What strangers send makes garbage faster than V8 likes to collect it: under such files this process held 500 MiB, and holds 400 where its
 * heap may grow to twice of what is in use. Here that costs no CPU; in the other stages it would (docs/performance.md).
 */
export const growSlowly = (): void => setFlagsFromString('--heap-growing-percent=100')
