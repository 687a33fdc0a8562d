/**
 * What strangers send makes garbage faster than V8 collects it: under such files this process held 500 MiB. So what is left lying is looked
 * at, and collected where it has become much. The numbers fit this stage and its flags (figures: docs/security.md).
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const MiB = 2 ** 20
const lookMs = 25

interface Growth {
  /** bytes */
  now: () => number
  /** Less than this is left alone. */
  from: number
  /** That must have come since the last look at least; an eighth, where that is more. */
  step: number
  collect: () => void
}

type Collect = (options: { type: 'minor' | 'major'; execution?: 'sync'; flavor?: 'last-resort' }) => void

/** For once all modules are there, which are no garbage. */
export function keepHeapSmall(): void {
  // the old generation may grow twofold between two collections; here that costs no CPU, in the other stages it would
  setFlagsFromString('--heap-growing-percent=100')
  setFlagsFromString('--expose-gc')
  // a flag that is set now counts for contexts that are made now
  const collect = runInNewContext('gc') as Collect
  const looks = growths(collect).map(lookAt)
  setInterval(
    inShare(() => looks.forEach((look) => look())),
    lookMs,
  ).unref()
}

const growths = (collect: Collect): Growth[] => [
  // chunks of files and answers lie outside of V8's heap, where it lets 64 MiB of them wait that nobody needs
  {
    now: () => getHeapStatistics().external_memory,
    from: 0,
    step: 16 * MiB,
    collect: () => collect({ type: 'minor' }),
  },
  // pages that it has freed V8 keeps by the hundred, until a process rests, or this is asked for: 80 ms, where 60 MiB are in use
  {
    now: () => process.memoryUsage.rss(),
    from: 248 * MiB,
    step: 32 * MiB,
    collect: () => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
  },
]

/** Collects when there is as much more as `step` says than there was at the least since the last time. */
export function lookAt({ now, from, step, collect }: Growth): () => void {
  const markAbove = (bytes: number) => Math.max(from, bytes + Math.max(step, bytes / 8))
  let mark = Infinity
  return () => {
    const bytes = now()
    if (bytes >= mark) collect()
    mark = bytes >= mark ? markAbove(now()) : Math.min(mark, markAbove(bytes))
  }
}

const mostShareOfTime = 1 / 3

/** Leaves calls out, so that all together take a third of the time at most. */
export function inShare(work: () => void): () => void {
  let notBefore = 0
  return () => {
    const begun = performance.now()
    if (begun < notBefore) return
    work()
    const end = performance.now()
    notBefore = end + (end - begun) * (1 / mostShareOfTime - 1)
  }
}
