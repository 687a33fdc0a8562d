/**
 * make faults SEED=1 ROUNDS=200 [ONLY=F3]: the pipeline under faults. First all imports without a fault, then on an
 * empty stack the same imports with one fault each, and after each of them a checker that shares no code with us.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { cleanStack, startStack, stopStack } from '../../infra/local/stack.ts'
import { seeded } from '../../infra/feed/random.ts'
import { seconds } from '../../infra/local/say.ts'
import { writeTestDatasets } from '../support/datasets.ts'
import { runDir, settings } from '../support/stack.ts'
import { openChecker, type Checker } from './checker.ts'
import { faults } from './kinds/all.ts'
import { requireBrokers, requireOneBroker } from './kinds/brokers.ts'
import { installFaketime } from './kinds/clocks.ts'
import type { Fault } from './kinds/fault.ts'
import { mountStore, tryMount, unmountStore } from './kinds/overload.ts'
import { planRounds, type Round } from './plan.ts'
import { roundLine, summaryText, totals, variantsOf, violationText } from './report.ts'
import { runRound, type RoundResult } from './round.ts'
import { writeFiles } from './source.ts'
import { consoleConsumer } from './witness.ts'
import { allReady, dataset, lanes, openImport, openWorld, type World } from './world.ts'

const say = (text: string) => process.stdout.write(`${text}\n`)
const filesDir = join(runDir, 'faults', 'files')
const datasetsDir = join(runDir, 'faults', 'datasets')
const referenceFile = join(runDir, 'faults', 'reference.json')

interface Options {
  seed: number
  rounds: number
  only?: string
  /** where to write the results as JSON */
  result?: string
}

function readOptions(env: NodeJS.ProcessEnv): Options {
  const number = (name: string, otherwise: number) => {
    const value = Number(env[name] || otherwise)
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`${name}=${env[name]} is not a whole number above 0`)
    return value
  }
  return {
    seed: number('SEED', 1),
    rounds: number('ROUNDS', 10),
    ...(env['ONLY'] ? { only: env['ONLY'] } : {}),
    ...(env['RESULT'] ? { result: env['RESULT'] } : {}),
  }
}

async function main(options: Options): Promise<number> {
  const start = Date.now()
  say(`SEED=${options.seed} ROUNDS=${options.rounds}${options.only ? ` ONLY=${options.only}` : ''}`)
  await prepare(options)
  const rounds = planRounds(possibleFaults(), options)
  try {
    await onFreshStack((world, checker) => makeReference(world, checker, rounds))
    await removeStack()
    say(`reference of ${rounds.length} imports without a fault after ${seconds(start)}`)
    if (rounds.some(({ variant }) => variant.id === 'F10')) mountStore()
    const judged = await onFreshStack((world, checker) => injectAll(world, checker, rounds))
    return conclude(options, judged, start)
  } finally {
    keepLogs()
    await removeStack()
  }
}

/** Some kinds need what only root may do, or another number of brokers; who cannot have them is told, and gets the others. */
function possibleFaults(): Fault[] {
  const needs = { F5: requireOneBroker, F10: tryMount, F20: installFaketime, F23: requireBrokers }
  const impossible = Object.entries(needs).flatMap(([id, attempt]) => {
    try {
      attempt()
      return []
    } catch (error) {
      say(`${id} is left out: ${(error as Error).message.trim()}`)
      return [id]
    }
  })
  return faults.filter(({ id }) => !impossible.includes(id))
}

async function prepare({ seed, rounds }: Options): Promise<void> {
  await removeStack()
  rmSync(join(runDir, 'faults'), { recursive: true, force: true })
  mkdirSync(datasetsDir, { recursive: true })
  writeTestDatasets(join(runDir, 'datasets'))
  cpSync(join(runDir, 'datasets', dataset), join(datasetsDir, dataset), { recursive: true })
  await writeFiles(filesDir, seed, rounds)
}

/** The logs of the last lives say why something failed. */
function keepLogs(): void {
  const kept = join(runDir, 'last-logs')
  rmSync(kept, { recursive: true, force: true })
  cpSync(join(runDir, 'logs'), kept, { recursive: true })
}

async function removeStack(): Promise<void> {
  await stopStack(settings)
  unmountStore()
  await cleanStack(settings)
}

async function onFreshStack<T>(work: (world: World, checker: Checker) => Promise<T>): Promise<T> {
  await startStack({ ...settings, serversOnly: true })
  const world = await openWorld(filesDir, datasetsDir)
  const checker = await openChecker(settings, dataset, lanes)
  try {
    await allReady(world)
    return await work(world, checker)
  } finally {
    await checker.close()
    await world.close()
  }
}

async function makeReference(world: World, checker: Checker, rounds: Round[]): Promise<void> {
  const imports = rounds.map(({ number }) => openImport(world, number, seeded(number)))
  const runs: string[] = []
  for (const its of imports) runs.push(await its.begin())
  for (const its of imports) await its.arrived()
  const { violations } = await checker.learn(runs, referenceFile)
  for (const violation of violations) say(violationText(violation))
  if (violations.length > 0) throw new Error('the history without a fault is wrong already')
}

/** What all rounds came to, and how many records of each topic Kafka's own consumer saw at the end. */
interface Judged {
  results: RoundResult[]
  witnessed: Record<string, number>
}

/** Ends with the first round that went wrong: what follows it would be wrong because of it. */
async function injectAll(world: World, checker: Checker, rounds: Round<Fault>[]): Promise<Judged> {
  await checker.load(referenceFile)
  const results: RoundResult[] = []
  for (const round of rounds) {
    const result = await runRound(world, checker, round)
    results.push(result)
    say(roundLine(result, rounds.length))
    for (const violation of result.violations) say(violationText(violation))
    if (result.violations.length > 0) return { results, witnessed: {} }
  }
  const { violations, witnessed } = await judgeAll(checker)
  results.at(-1)!.violations.push(...violations)
  return { results, witnessed }
}

/** All rounds together, and each topic of rows once more by Kafka's own consumer. */
async function judgeAll(checker: Checker) {
  const { violations } = await checker.final()
  const witnessed: Record<string, number> = {}
  for (const kind of ['raw', 'clean', 'enriched']) {
    const witness = await checker.witness(kind, await consoleConsumer(`${dataset}.${kind}`))
    const unlike = witness.violations.length + witness.more
    say(
      `${kind}: Kafka's console consumer saw ${witness.records} committed records, ${unlike} unlike the checker`,
    )
    violations.push(...witness.violations)
    witnessed[kind] = witness.records
  }
  for (const violation of violations) say(`over all rounds:\n${violationText(violation)}`)
  return { violations, witnessed }
}

function conclude({ seed, only, result }: Options, { results, witnessed }: Judged, start: number): number {
  const total = totals(results)
  say(summaryText(results))
  say(
    `${total.rounds} rounds after ${seconds(start)}: ${total.violations} violations; recovery ${total.recoveryMs.median} ms in the median, ${total.recoveryMs.most} ms at most; ${total.abortedRecords} aborted records were passed over`,
  )
  const machine = { node: process.version, cores: availableParallelism() }
  const record = { seed, only, ...machine, ...total, seconds: Math.round((Date.now() - start) / 1000) }
  if (result)
    writeFileSync(
      result,
      `${JSON.stringify({ ...record, consoleConsumer: witnessed, variants: variantsOf(results) }, null, 2)}\n`,
    )
  return total.violations === 0 ? 0 : 1
}

try {
  process.exitCode = await main(readOptions(process.env))
} catch (error) {
  say(`failed: ${(error as Error).stack}`)
  process.exitCode = 1
}
