/**
 * What strangers send makes garbage faster than V8 collects it: under such files this process held 500 MiB. So what is left lying is looked
 * at, and collected where it has become much (figures: docs/security.md).
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const MiB = 2 ** 20
const lookMs = 25
/** Chunks of files and answers lie outside of V8's heap, where it lets 64 MiB of them wait that nobody needs. */
const mostOutside = 16 * MiB
/** Pages that V8 has freed it keeps by the hundred, and gives them back when a process rests, or on demand, in some 80 ms. */
const mostResident = 248 * MiB
const leastFreed = 32 * MiB
/** of the time, for that */
const mostShare = 1 / 3

type Collect = (options: { type: 'minor' | 'major'; execution?: 'sync'; flavor?: 'last-resort' }) => void

/** For once all modules are there, which are no garbage. */
export function keepHeapSmall(): void {
  // the old generation may grow twofold between two collections; here that costs no CPU, in the other stages it would
  setFlagsFromString('--heap-growing-percent=100')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as Collect
  const [collectOutside, collectAll] = [outsideCollector(collect), residentCollector(collect)]
  const look = () => {
    collectOutside()
    collectAll()
  }
  setInterval(look, lookMs).unref()
}

function outsideCollector(collect: Collect): () => void {
  let least = 0
  return () => {
    const { external_memory: now } = getHeapStatistics()
    least = Math.min(least, now)
    if (now - least < mostOutside) return
    collect({ type: 'minor' })
    least = getHeapStatistics().external_memory
  }
}

function residentCollector(collect: Collect): () => void {
  let [most, notBefore] = [mostResident, 0]
  return () => {
    const begun = performance.now()
    if (process.memoryUsage.rss() < most || begun < notBefore) return
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    most = Math.max(mostResident, process.memoryUsage.rss() + leastFreed)
    const end = performance.now()
    notBefore = end + (end - begun) * (1 / mostShare - 1)
  }
}
