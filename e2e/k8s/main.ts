/**
 * make k8s-test: imports go on while pods are replaced, killed, moved and scaled, and while a dataset comes. Nothing is lost, and nothing comes
 * twice. Then what stands beside the stages does its work; ONLY=beside tries that alone. With SECURE=1 servers refuse a stage, too, which says
 * so and comes right.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { followRun, startRun, type Run } from '../../infra/client/runs.ts'
import type { Api } from '../../infra/client/http.ts'
import { startCluster } from '../../infra/k8s-local/cluster.ts'
import { deploy } from '../../infra/k8s-local/demo.ts'
import { withForwarding } from '../../infra/k8s-local/forward.ts'
import { readClusterSettings, type ClusterSettings } from '../../infra/k8s-local/settings.ts'
import { openIndex } from '../../infra/local/clients.ts'
import { stageEnvironment } from '../../infra/local/environment.ts'
import { StackError } from '../../infra/local/errors.ts'
import { say, seconds } from '../../infra/local/say.ts'
import { tryAllBeside } from './beside/all.ts'
import { disturbances } from './disturbances.ts'
import { serveFiles, summaryOf, type Files } from './files.ts'
import { applyNewDataset, newDataset } from './new-dataset.ts'
import { refuseAll } from './refusals.ts'
import { apiOf } from './services.ts'

const patienceSeconds = 600

interface Import {
  readonly seed: number
  readonly run: Run
}

async function test(settings: ClusterSettings): Promise<string[]> {
  const only = settings.env['ONLY']
  if (only && only !== 'beside')
    throw new StackError(`ONLY is "${only}": what can be tried alone is "beside".`)
  await startCluster(settings)
  await deploy(settings)
  const api = await apiOf(settings)
  return only ? tryAllBeside(settings, api) : testAll(settings, api)
}

async function testAll(settings: ClusterSettings, api: Api): Promise<string[]> {
  const files = await serveFiles()
  try {
    const disturbed = await importWhile(api, files, () => disturbAll(settings))
    // while the rights of the cluster are those of the tree
    const refused = settings.secure ? await refuseAll(settings) : []
    const beside = await tryAllBeside(settings, api)
    const applied = await importWhile(api, files, () => applyNewDataset(settings))
    const first = await importFile(api, newDataset, files, 1)
    return [
      ...[...disturbed, ...applied, first].flatMap(faultsOf),
      ...(await faultsOfIndex(settings, 'earthquakes', [...disturbed, ...applied])),
      ...(await faultsOfIndex(settings, newDataset, [first])),
      ...refused,
      ...beside,
    ]
  } finally {
    files.close()
  }
}

/** One import after another until the work is done, and then the last one's end. */
async function importWhile(api: Api, files: Files, work: () => Promise<void>): Promise<Import[]> {
  const working = { done: false }
  const worked = work().finally(() => (working.done = true))
  const imports: Import[] = []
  const first = Math.floor(Date.now() / 1000)
  for (let seed = first; !working.done; seed++) {
    imports.push(await importFile(api, 'earthquakes', files, seed))
    say('import', `${imports.length} ${imports.at(-1)!.run.state}`)
  }
  await worked
  return imports
}

/** By its own key, so that a request whose answer was lost starts nothing twice. */
async function importFile(api: Api, dataset: string, files: Files, seed: number): Promise<Import> {
  const source = files.url(seed)
  for (const deadline = Date.now() + patienceSeconds * 1000; ; await sleep(500)) {
    try {
      const { runId } = await startRun(api, { dataset, source }, source)
      return { seed, run: await followRun(api, runId, { seconds: patienceSeconds }) }
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
  }
}

async function disturbAll(settings: ClusterSettings): Promise<void> {
  for (const { name, happen } of disturbances) {
    const start = Date.now()
    await happen(settings)
    say('disturbed', `${name}: ready again after ${seconds(start)}`)
  }
}

function faultsOf({ seed, run: { runId, state, reason, counters } }: Import): string[] {
  const { rows, distinctIds, revisions, broken } = summaryOf(seed)
  const refused = Object.values(broken).reduce((sum, count) => sum + count, 0)
  const expected = { read: rows, clean: distinctIds + revisions, quarantined: refused }
  return [
    ...(state === 'succeeded' ? [] : [`run ${runId} ${state}: ${reason}`]),
    ...Object.entries(expected)
      .filter(([name, value]) => counters[name] !== value)
      .map(([name, value]) => `run ${runId}: ${name} is ${counters[name]}, but ${value} was put in`),
  ]
}

/** A document for each id that was put in, and no other. */
async function faultsOfIndex(
  settings: ClusterSettings,
  dataset: string,
  imports: readonly Import[],
): Promise<string[]> {
  const expected = imports.reduce((sum, { seed }) => sum + summaryOf(seed).distinctIds, 0)
  const query = {
    bool: {
      filter: [{ term: { simulated: false } }, { terms: { dsf_run: imports.map(({ run }) => run.runId) } }],
    },
  }
  const answer = await withForwarding(settings, () =>
    openIndex(stageEnvironment(settings))(`${dataset}/_count`, { body: { query } }),
  )
  const { count } = (await answer.json()) as { count: number }
  say('index', `${dataset}: ${count} documents for ${expected} ids of ${imports.length} imports`)
  return count === expected ? [] : [`${dataset}: ${count} documents, but ${expected} ids were put in`]
}

try {
  const faults = await test(readClusterSettings())
  process.stdout.write(faults.length === 0 ? 'Everything holds.\n' : `${faults.join('\n')}\n`)
  process.exitCode = faults.length === 0 ? 0 : 1
} catch (error) {
  if (!(error instanceof StackError)) throw error
  process.stderr.write(`\n${error.message}\n`)
  process.exitCode = 1
}
