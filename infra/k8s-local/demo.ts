/** make k8s-demo: k8s/overlays/local (SECURE=1: local-secure) on the cluster of this machine, and the story of make demo through it. */
import { join } from 'node:path'
import { showEnd, tellStory } from '../demo/tell-story.ts'
import { StackError } from '../local/errors.ts'
import { say, seconds, step } from '../local/say.ts'
import { startCluster } from './cluster.ts'
import { apply, kubectl } from './command.ts'
import { withForwarding } from './forward.ts'
import { namesFor } from './images/catalogue.ts'
import { makeImages } from './images/images.ts'
import { applySecrets, namespace, tokensFile } from './secrets.ts'
import type { ClusterSettings } from './settings.ts'

const patience = '--timeout=300s'

/** Resolves with what the exit code should be. */
export async function demo(settings: ClusterSettings): Promise<number> {
  const start = Date.now()
  await startCluster(settings)
  await deploy(settings)
  // the client of the API reads it from there
  process.env['HTTP_TOKEN_FILE'] = tokensFile(settings)
  const faults = await withForwarding(settings, () => tellStory(settings, { feed: 'http://feed' }))
  showEnd(faults, start)
  say('cluster', `stays up: export KUBECONFIG=${settings.kubeconfig}; make k8s-down removes it`)
  return faults.length === 0 ? 0 : 1
}

/** Builds the images. Returns when every pod is ready, those of images that the cluster did not have with the new ones. */
export async function deploy(settings: ClusterSettings): Promise<void> {
  const before = await workloads(settings)
  refuseOthers(settings, before)
  const fresh = await makeImages(settings, namesFor(settings))
  const start = Date.now()
  await applySecrets(settings, before.length === 0)
  await apply(settings, ['-k', overlayOf(settings)])
  for (const { name, images } of before)
    if (images.some((image) => fresh.includes(image)))
      await kubectl(settings, [...here, 'rollout', 'restart', name])
  for (const { name } of await workloads(settings))
    await step('rollout', name, () => kubectl(settings, [...here, 'rollout', 'status', name, patience]))
  say('rollout', `all ready after ${seconds(start)}`)
}

/** Of servers that ask who comes, or of those that do not. */
export const overlayOf = ({ root, secure }: ClusterSettings): string =>
  join(root, 'k8s/overlays', secure ? 'local-secure' : 'local')

/** What only the other one has would stay. */
function refuseOthers({ secure }: ClusterSettings, before: readonly Workload[]): void {
  const wasSecure = before.some(({ name }) => name === 'Deployment/rights')
  if (before.length > 0 && wasSecure !== secure)
    throw new StackError(
      `The servers of this cluster were started with${wasSecure ? '' : 'out'} SECURE=1: say so again, or make k8s-down first.`,
    )
}

const here = ['-n', namespace]

interface Workload {
  /** as `Deployment/cleaner` */
  readonly name: string
  /** as `localhost/dsf/cleaner:dev` */
  readonly images: readonly string[]
}

export async function workloads(settings: ClusterSettings): Promise<Workload[]> {
  const line = '{.kind}/{.metadata.name} {.spec.template.spec.containers[*].image}{"\\n"}'
  const format = `jsonpath={range .items[*]}${line}{end}`
  const lines = await kubectl(settings, [...here, 'get', 'deployments,statefulsets', '-o', format])
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [name, ...images] = line.split(' ')
      return { name: name!, images }
    })
}
