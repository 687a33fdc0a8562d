/**
 * The first module that is loaded. What strangers send makes garbage faster than V8 likes to collect it: under such files this process held
 * 500 MiB, and holds 400 where its heap may grow to twice of what is in use. Here that costs no CPU; in the other stages it would. With
 * `HEAP=small` it holds 270, for 2.3 times the CPU (docs/security.md), if V8 hears of that before there is a heap to speak of.
 */
import { setFlagsFromString } from 'node:v8'

// eslint-disable-next-line no-restricted-properties -- config.ts checks it, and comes with most of the heap
const isSmall = process.env['HEAP'] === 'small'
if (isSmall) setFlagsFromString('--optimize-for-size')

/** For once all modules are there, which are no garbage. */
export function growSlowly(): void {
  if (!isSmall) setFlagsFromString('--heap-growing-percent=100')
}
