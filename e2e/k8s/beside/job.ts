/** A Job of a CronJob that never runs by itself, made by the commands of docs/elasticsearch.md. */
import { kubectl } from '../../../infra/k8s-local/command.ts'
import { namespace } from '../../../infra/k8s-local/secrets.ts'
import type { ClusterSettings } from '../../../infra/k8s-local/settings.ts'
import { say, seconds } from '../../../infra/local/say.ts'
import { until } from '../../support/until.ts'

const here = ['-n', namespace]

interface Job {
  readonly name: string
  /** the CronJob */
  readonly from: string
  readonly args: readonly string[]
}

export interface Ended {
  readonly code: number
  /** of both outputs */
  readonly lines: readonly string[]
}

/** What came of its first pod. The Job is gone then, with its pods: else the next one of that name would be told by them. */
export async function runJob(settings: ClusterSettings, job: Job): Promise<Ended> {
  const start = Date.now()
  const whole = ['--ignore-not-found', '--cascade=foreground']
  const remove = () => kubectl(settings, [...here, 'delete', 'job', job.name, ...whole])
  // one that was left when a test was killed
  await remove()
  await create(settings, job)
  try {
    const probe = () => endedPod(settings, job)
    const { pod, code } = await until(`the Job ${job.name} to end`, probe, { seconds: 600, everyMs: 1000 })
    const lines = (await kubectl(settings, [...here, 'logs', pod])).trimEnd().split('\n')
    say('job', `${job.args.join(' ')}: exit code ${code} after ${seconds(start)}: ${lines.at(-1)}`)
    return { code, lines }
  } finally {
    await remove()
  }
}

async function create(settings: ClusterSettings, { name, from, args }: Job): Promise<void> {
  const dry = ['--dry-run=client', '-o', 'yaml']
  const whole = await kubectl(settings, [...here, 'create', 'job', name, `--from=cronjob/${from}`, ...dry])
  const change = { op: 'add', path: '/spec/template/spec/containers/0/args', value: args }
  const patch = ['patch', '--local', '-f', '-', '--type=json', '-o', 'yaml', '-p', JSON.stringify([change])]
  await kubectl(settings, [...here, 'create', '-f', '-'], await kubectl(settings, patch, whole))
}

interface Pod {
  readonly metadata: { readonly name: string }
  readonly status: {
    readonly phase: string
    readonly containerStatuses?: readonly {
      readonly state: {
        readonly waiting?: { readonly reason: string; readonly message?: string }
        readonly terminated?: { readonly exitCode: number }
      }
    }[]
  }
}

/** @throws Error with what its pods wait for */
async function endedPod(settings: ClusterSettings, { name }: Job): Promise<{ pod: string; code: number }> {
  const labelled = ['-l', `batch.kubernetes.io/job-name=${name}`, '-o', 'json']
  const { items } = JSON.parse(await kubectl(settings, [...here, 'get', 'pods', ...labelled])) as {
    items: Pod[]
  }
  for (const { metadata, status } of items) {
    const ended = status.containerStatuses?.[0]?.state.terminated
    if (ended) return { pod: metadata.name, code: ended.exitCode }
  }
  throw new Error(items.map(told).join('; ') || 'no pod was made of it')
}

function told({ metadata, status }: Pod): string {
  const { reason = status.phase, message = '' } = status.containerStatuses?.[0]?.state.waiting ?? {}
  return `${metadata.name} is ${reason} ${message}`.trim()
}
