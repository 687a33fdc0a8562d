/** What the cluster needs of the kernel, and how the kernel gets it back. */
import { existsSync, globSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StackError } from '../local/errors.ts'
import { allProcesses, readProc } from '../local/processes/proc.ts'
import { run, tryRun } from './command.ts'
import { noteMasquerading, removeMasquerading } from './masquerading.ts'
import { network, type ClusterSettings } from './settings.ts'

/** Where containerd puts containers, in each hierarchy: one for each controller (version 1), or one for all (version 2). */
const containerCgroups = ['/sys/fs/cgroup/k8s.io', '/sys/fs/cgroup/*/k8s.io']
const forwarding = '/proc/sys/net/ipv4/ip_forward'

export function prepareMachine(settings: ClusterSettings): void {
  refuseOtherCluster()
  mkdirSync(settings.state, { recursive: true, mode: 0o711 })
  mkdirSync(settings.runtime, { recursive: true })
  writeFileSync(join(settings.runtime, 'ip_forward'), readFileSync(forwarding))
  writeFileSync(forwarding, '1')
  noteMasquerading(settings)
  run('ip', ['link', 'add', network.bridge, 'type', 'bridge'])
  run('ip', ['address', 'add', `${network.address}/24`, 'dev', network.bridge])
  run('ip', ['link', 'set', network.bridge, 'up'])
}

/** The rules of kube-proxy have fixed names: two clusters would overwrite each other's. */
function refuseOtherCluster(): void {
  if (!tryRun('nft', ['list', 'table', 'ip', 'kube-proxy'])) return
  throw new StackError(
    'Another Kubernetes runs on this machine (the packet filter has a table kube-proxy). If it is what is left of ours, make k8s-down removes it.',
  )
}

/** Ends what runs in containers of ours still, even when containerd is gone. */
export async function endContainers(settings: ClusterSettings, graceMs = 10_000): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const deadline = Date.now() + graceMs
    for (const pid of contained(settings)) end(pid, signal)
    while (contained(settings).length > 0 && Date.now() < deadline) await sleep(100)
  }
}

/** Whose root lies in our folder: of another cluster's containers it does not. */
const contained = ({ state }: ClusterSettings): number[] =>
  allProcesses().filter((pid) => {
    const mounts = readProc(`${pid}/mountinfo`) ?? ''
    return mounts.split('\n').some((mount) => mount.split(' ')[4] === '/' && mount.includes(`=${state}/`))
  })

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // ended by itself
  }
}

/** Mounts, cgroups, rules, the bridge, and the cluster's own folders. */
export function restoreMachine(settings: ClusterSettings): void {
  unmountBelow(settings)
  for (const pattern of containerCgroups) for (const folder of globSync(pattern)) removeEmptyCgroups(folder)
  for (const family of ['ip', 'ip6']) tryRun('nft', ['delete', 'table', family, 'kube-proxy'])
  removeMasquerading(settings)
  tryRun('ip', ['link', 'delete', network.bridge])
  const kept = join(settings.runtime, 'ip_forward')
  if (existsSync(kept)) writeFileSync(forwarding, readFileSync(kept))
  for (const result of globSync(`/var/lib/cni/results/${network.name}-*`)) rmSync(result)
  for (const folder of [settings.state, settings.runtime]) rmSync(folder, { recursive: true, force: true })
}

/** The deepest first. What is still mounted may be somebody else's folder, and would be emptied with ours. */
function unmountBelow(settings: ClusterSettings): void {
  for (const point of mountsBelow([settings.state, settings.runtime])) tryRun('umount', ['--lazy', point])
  const left = mountsBelow([settings.state, settings.runtime])
  if (left.length > 0)
    throw new StackError(
      `Still mounted: ${left.join(', ')}. Unmount it (umount), then run make k8s-down again.`,
    )
}

/** The deepest first. */
export function mountsBelow(folders: readonly string[]): string[] {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  const ours = points.filter((point) => folders.some((folder) => point.startsWith(`${folder}/`)))
  return ours.sort().reverse()
}

/** The kernel refuses to remove one that is in use. */
function removeEmptyCgroups(folder: string): void {
  for (const child of [...globSync(join(folder, '**/')).sort().reverse(), folder]) {
    try {
      rmdirSync(child)
    } catch {
      // in use, or gone already
    }
  }
}
