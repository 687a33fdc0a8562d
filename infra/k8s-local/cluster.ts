/** Starts the cluster, and removes it with all that it left on the machine. */
import { mkdirSync, rmSync } from 'node:fs'
import { locked } from '../local/processes/lock.ts'
import { isAlive, readRecord, readRecords } from '../local/processes/record.ts'
import { startProcess } from '../local/processes/start.ts'
import { stopProcess } from '../local/processes/stop.ts'
import { untilReady } from '../local/ready.ts'
import { say, seconds, step } from '../local/say.ts'
import type { Service } from '../local/servers/service.ts'
import { makeCertificates } from './certificates.ts'
import { apply, tryRun } from './command.ts'
import { firstObjects } from './first-objects.ts'
import { releaseStorage } from './images/buildah.ts'
import { importPauseImage } from './images/pause.ts'
import { endContainers, prepareMachine, restoreMachine } from './machine.ts'
import { installPrograms, type Programs } from './programs.ts'
import { requireMachine, requireRoot } from './requirements.ts'
import { containerd } from './services/containerd.ts'
import { apiServer, controllerManager, etcd, scheduler } from './services/control-plane.ts'
import { dns, kubelet, proxy } from './services/node.ts'
import type { ClusterSettings } from './settings.ts'
import { makeUsers } from './users.ts'

/** Returns when the node is ready for pods. Does nothing when it is already. */
export async function startCluster(settings: ClusterSettings): Promise<void> {
  await requireMachine()
  const programs = await installPrograms(settings)
  await locked(settings.runDir, () => startMissing(settings, programs))
}

async function startMissing(settings: ClusterSettings, programs: Programs): Promise<void> {
  const start = Date.now()
  if (isUp(settings)) return say('cluster', `is up: export KUBECONFIG=${settings.kubeconfig}`)
  if (readRecords(settings.runDir).length > 0) await removeAll(settings)
  for (const folder of [settings.config, settings.images]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  prepareMachine(settings)
  makeCertificates(settings)
  makeUsers(settings)
  for (const group of waves(settings, programs))
    await Promise.all(group.map((service) => startOne(settings, service)))
  say('cluster', `ready after ${seconds(start)}: export KUBECONFIG=${settings.kubeconfig}`)
}

const isUp = ({ runDir }: ClusterSettings): boolean => {
  const node = readRecord(runDir, 'kubelet')
  return node !== undefined && isAlive(node) && readRecords(runDir).every(isAlive)
}

/** What of a wave needs something needs it of a wave before. */
const waves = (settings: ClusterSettings, { kubernetes, coredns }: Programs): Service[][] => [
  [etcd(settings), prepared(containerd(settings), () => importPauseImage(settings))],
  [prepared(apiServer(settings, kubernetes), () => apply(settings, ['-f', '-'], firstObjects(settings)))],
  [
    ...[scheduler, controllerManager, kubelet, proxy].map((service) => service(settings, kubernetes)),
    dns(settings, coredns),
  ],
]

/** One that is ready when something more was done behind its start. */
const prepared = (service: Service, done: () => unknown): Service => ({
  ...service,
  ready: async () => {
    await service.ready()
    await done()
  },
})

async function startOne(settings: ClusterSettings, service: Service): Promise<void> {
  const begin = Date.now()
  await untilReady(
    service,
    await startProcess(settings.runDir, service, await service.command()),
    settings.runDir,
  )
  say(service.name, `ready after ${seconds(begin)}`)
}

/** Pods and volumes go; images stay as archives, and programs in the cache. */
export async function stopCluster(settings: ClusterSettings): Promise<void> {
  requireRoot()
  await locked(settings.runDir, () => removeAll(settings))
  say('cluster', 'down')
}

async function removeAll(settings: ClusterSettings): Promise<void> {
  if (isUp(settings)) await step('cluster', 'ending the pods', async () => endPods(settings))
  // who starts containers first, what keeps the wanted state last
  const order = [
    'kubelet',
    'kube-proxy',
    'coredns',
    'kube-controller-manager',
    'kube-scheduler',
    'kube-apiserver',
  ]
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  for (const record of readRecords(settings.runDir).sort((a, b) => place(a.name) - place(b.name)))
    await stopProcess(settings.runDir, record)
  await endContainers(settings)
  restoreMachine(settings)
  releaseStorage(settings)
  for (const path of [settings.config, settings.kubeconfig]) rmSync(path, { recursive: true, force: true })
}

/** In order: with their grace, and with their addresses given back. */
function endPods({ kubeconfig }: ClusterSettings): void {
  const names = tryRun('kubectl', ['--kubeconfig', kubeconfig, 'get', 'namespaces', '-o', 'name'])
  const ours = names.split('\n').filter((name) => name && !/\/(default|kube-.*)$/.test(name))
  if (ours.length > 0)
    tryRun('kubectl', [
      '--kubeconfig',
      kubeconfig,
      'delete',
      ...ours,
      '--timeout=90s',
      '--request-timeout=100s',
    ])
}
