/** What happens to pods on a cluster, each as an operator or the cluster itself does it. */
import { kubectl } from '../../infra/k8s-local/command.ts'
import { workloads } from '../../infra/k8s-local/demo.ts'
import { namespace } from '../../infra/k8s-local/secrets.ts'
import { nodeName, type ClusterSettings } from '../../infra/k8s-local/settings.ts'
import { stageNames } from '../../infra/local/servers/stages.ts'

export interface Disturbance {
  readonly name: string
  /** Returns when everything is ready again. */
  readonly happen: (settings: ClusterSettings) => Promise<void>
}

const here = ['-n', namespace]
const patience = '--timeout=300s'

const restarts = stageNames.map((stage) => ({
  name: `rollout restart of ${stage}`,
  happen: async (settings: ClusterSettings) => {
    await kubectl(settings, [...here, 'rollout', 'restart', `deployment/${stage}`])
    await ready(settings, stage)
  },
}))

const kills = stageNames.map((stage) => ({
  name: `pod of ${stage} deleted by force`,
  happen: async (settings: ClusterSettings) => {
    const force = ['--force', '--grace-period=0']
    const pods = ['pod', '-l', `app.kubernetes.io/name=${stage}`]
    await kubectl(settings, [...here, 'delete', ...pods, ...force])
    await ready(settings, stage)
    // the status of a deployment may be that of a moment ago
    await kubectl(settings, [...here, 'wait', ...pods, '--for=condition=Ready', patience])
  },
}))

const scaled = {
  name: 'every stage from one pod to three, and back',
  happen: async (settings: ClusterSettings) => {
    for (const replicas of [3, 1]) {
      for (const stage of stageNames)
        await kubectl(settings, [...here, 'scale', `deployment/${stage}`, `--replicas=${replicas}`])
      for (const stage of stageNames) await ready(settings, stage)
    }
  },
}

/** There is no other node, so servers and stages all wait until it is back. */
const drained = {
  name: 'the node drained, and back',
  happen: async (settings: ClusterSettings) => {
    const all = ['--ignore-daemonsets', '--delete-emptydir-data', '--force']
    await kubectl(settings, ['drain', nodeName, ...all, '--timeout=180s'])
    await kubectl(settings, ['uncordon', nodeName])
    for (const { name } of await workloads(settings))
      await kubectl(settings, [...here, 'rollout', 'status', name, patience])
  },
}

export const disturbances: readonly Disturbance[] = [...restarts, ...kills, scaled, drained]

const ready = (settings: ClusterSettings, stage: string) =>
  kubectl(settings, [...here, 'rollout', 'status', `deployment/${stage}`, patience])
