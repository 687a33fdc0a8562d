import type { LaneWork } from '../batches/define.ts'
import type { Health } from '../health/health.ts'
import type { LaneFailures } from './lane-failures.ts'
import type { Lane, Session } from './lane.ts'
import type { StageKit } from '../batches/stage-kit.ts'

export interface WorkTools {
  kit: StageKit
  health: Health
  failures: LaneFailures
}

export const workName = ({ dataset, number }: Lane): string => `work of ${dataset.name}/${number}`

/** What work sees of its lane for as long as a session lasts. `failed` hears why a transaction did: that ends the session. */
export function laneWork(
  lane: Lane,
  { state, signal }: Session,
  { kit, health, failures }: WorkTools,
  failed: (error: unknown) => void,
): LaneWork {
  const name = workName(lane)
  const resting = async <T>(wait: () => Promise<T>): Promise<T> => {
    health.rests(name)
    return await wait().finally(() => health.works(name))
  }
  health.works(name)
  return {
    ...{ dataset: lane.dataset, lane: lane.number, state, signal, log: kit.log },
    heard: () => kit.heard(name),
    onCommit: (listener) => {
      lane.committed.add(listener)
      return () => void lane.committed.delete(listener)
    },
    resting,
    isFailing: () => failures.has(name),
    idle: () => {
      // with nothing left to do, nothing fails
      failures.reached(name, 0)
      return resting(() => nextCommit(lane, signal))
    },
    gather: () => lane.gather(),
    transact: async (change) => {
      await lane.transact({ state, signal }, change).catch((error: unknown) => {
        if (error !== signal.reason) failed(error)
        throw error
      })
      kit.heard(name)
      failures.reached(name, 0)
    },
  }
}

/** Or the end of the lane. */
function nextCommit(lane: Lane, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      lane.committed.delete(done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    lane.committed.add(done)
    signal.addEventListener('abort', done, { once: true })
  })
}
