/** One round: an import with a fault in it, and the verdict over its history. */
import { setTimeout as sleep } from 'node:timers/promises'
import { answer } from './stages.ts'
import { allReady, openImport, everyInstance, type World } from './world.ts'
import type { Checker, Verdict } from './checker.ts'
import type { Fault } from './kinds/fault.ts'
import type { Round } from './plan.ts'

/** From the end of a fault until the receipts are there and every stage is ready for more. */
const recoveryBoundMs = 60_000

export interface RoundResult {
  number: number
  id: string
  title: string
  hit: boolean
  /** from the end of the fault until all is as if it had never been */
  recoveryMs: number
  durationMs: number
  /** records of aborted transactions that lay between ours */
  aborted: number
  /** rows that arrived as documents */
  documents: number
  /** stages that ended by themselves, and were started again as an orchestrator would */
  exits: string[]
  violations: Verdict['violations']
}

export async function runRound(world: World, checker: Checker, round: Round<Fault>): Promise<RoundResult> {
  const liveness = watchLiveness(world)
  try {
    const result = await injectAndCheck(world, checker, round)
    result.violations.push(...(await liveness()))
    return result
  } finally {
    // or it would look for ever
    await liveness()
  }
}

async function injectAndCheck(world: World, checker: Checker, round: Round<Fault>): Promise<RoundResult> {
  const { number, variant, random } = round
  const its = openImport(world, number, random)
  const begun = performance.now()
  await checker.mark()
  const outcome = (await variant.inject(world, its)) ?? {}
  const over = performance.now()
  heal(world)
  const runId = await its.begin()
  await its.arrived()
  const exits = await allReady(world)
  const recoveryMs = performance.now() - over
  const verdict = await checker.check(runId, outcome.expect ?? {})
  const violations = [...verdict.violations, ...tooLate(recoveryMs)]
  return {
    ...{ number, id: variant.id, title: variant.title, hit: outcome.hit ?? true, exits, violations },
    ...{ recoveryMs, durationMs: performance.now() - begun },
    ...{ aborted: verdict.aborted, documents: verdict.documents },
  }
}

/** Whatever a fault left behind on our side of the servers. */
function heal({ store, index, source }: World): void {
  store.trouble = {}
  index.trouble = {}
  source.manners = []
}

const tooLate = (ms: number): Verdict['violations'] =>
  ms <= recoveryBoundMs
    ? []
    : [{ invariant: 'recovery', record: `took ${Math.round(ms)} ms, stated are ${recoveryBoundMs}` }]

/** Asks every stage twice a second whether it lives. One that does not answer may be dead on purpose; a 503 is a lie. */
function watchLiveness({ stages }: World): () => Promise<Verdict['violations']> {
  const found = new Map<string, Verdict['violations'][number]>()
  let stopped = false
  const look = async () => {
    while (!stopped) {
      for (const { name, url } of everyInstance(stages))
        if ((await answer(url, 'live')) === 503)
          found.set(name, { invariant: 'liveness', record: `${name} said that it is stuck, and was not` })
      await sleep(500)
    }
  }
  const looking = look()
  return async () => {
    stopped = true
    await looking
    return [...found.values()]
  }
}
