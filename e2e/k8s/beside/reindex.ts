/** The Job of k8s/components/reindex: a new index from the lake, with as many documents, and the alias on it. */
import { withForwarding } from '../../../infra/k8s-local/forward.ts'
import type { ClusterSettings } from '../../../infra/k8s-local/settings.ts'
import { openIndex } from '../../../infra/local/clients.ts'
import { stageEnvironment } from '../../../infra/local/environment.ts'
import { say } from '../../../infra/local/say.ts'
import { runJob, type Ended } from './job.ts'

const dataset = 'earthquakes'

export async function faultsOfReindex(settings: ClusterSettings): Promise<string[]> {
  const before = await seen(settings)
  const filled = await reindex(settings)
  const after = await seen(settings)
  const dropped = await reindex(settings, '--drop')
  const { indices } = await seen(settings)
  say('reindex', `${before.index} had ${before.documents} documents, ${after.index} has ${after.documents}`)
  return [
    ...[filled, dropped].flatMap(faultsOfEnd),
    ...fault(after.index === before.index, `the alias is still on ${after.index}`),
    ...fault(
      after.documents !== before.documents,
      `${after.documents} documents, before ${before.documents}`,
    ),
    ...fault(indices.join() !== after.index, `--drop left ${indices.join(', ')}`),
  ]
}

const fault = (is: boolean, what: string) => (is ? [`reindex: ${what}`] : [])

const reindex = (settings: ClusterSettings, ...more: string[]) =>
  runJob(settings, { name: `reindex-${dataset}`, from: 'reindex', args: [dataset, ...more] })

const faultsOfEnd = ({ code, lines }: Ended) =>
  fault(code !== 0, `exit code ${code}: ${lines.slice(-3).join(' ')}`)

interface Seen {
  /** behind the alias */
  readonly index: string
  readonly documents: number
  readonly indices: readonly string[]
}

const seen = (settings: ClusterSettings): Promise<Seen> =>
  withForwarding(settings, async () => {
    const call = openIndex(stageEnvironment(settings))
    const ask = async (path: string) => (await call(path, { method: 'GET' })).json() as Promise<object>
    await call(`${dataset}/_refresh`)
    const { count } = (await ask(`${dataset}/_count`)) as { count: number }
    return {
      index: Object.keys(await ask(`_alias/${dataset}`)).join(),
      documents: count,
      indices: Object.keys(await ask(`${dataset}-v*/_alias`)),
    }
  })
