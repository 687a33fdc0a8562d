/** Where the cluster lives. There is one on a machine: its bridge, its rules of the packet filter and its mounts are the machine's. */
import { join } from 'node:path'
import { readSettings, type Settings } from '../local/settings.ts'

export const nodeName = 'node1'

/** Everything of the cluster listens on this address of its own bridge, etcd on loopback. */
export const network = {
  name: 'dsf-k8s',
  bridge: 'dsf-k8s0',
  address: '10.244.77.1',
  pods: '10.244.77.0/24',
  services: '10.96.0.0/16',
  kubernetesService: '10.96.0.1',
} as const

export const ports = { etcd: 23_790, etcdPeer: 23_791, api: 6443, kubelet: 10_250, dnsReady: 8181 } as const

export interface ClusterSettings extends Settings {
  /** keys and configuration of the cluster's programs */
  readonly config: string
  /** what user and `make k8s-demo` speak to the cluster with */
  readonly kubeconfig: string
  /** images of containers, volumes of pods: goes with the cluster */
  readonly state: string
  /** sockets, and what the kernel holds: gone after a boot */
  readonly runtime: string
  /** archives of images: stay when the cluster goes */
  readonly images: string
}

export function readClusterSettings(env: NodeJS.ProcessEnv = process.env): ClusterSettings {
  const settings = readSettings({
    ...env,
    RUN_DIR: env['RUN_DIR'] || '.run/k8s',
    // where Services are forwarded to, beside a local stack
    PORT_BASE: env['PORT_BASE'] || '22000',
    LIGHT: '1',
  })
  const { runDir } = settings
  return {
    ...settings,
    config: join(runDir, 'config'),
    kubeconfig: join(runDir, 'kubeconfig'),
    state: '/var/lib/dsf-k8s',
    runtime: '/run/dsf-k8s',
    images: join(runDir, 'images'),
  }
}

export const containerdSocket = ({ runtime }: ClusterSettings) => join(runtime, 'containerd.sock')
