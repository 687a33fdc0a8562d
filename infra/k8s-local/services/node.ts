/** The one node: kubelet, kube-proxy, and the cluster's DNS beside them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answersOk } from '../../local/probes/http.ts'
import type { Service } from '../../local/servers/service.ts'
import { kubectl } from '../command.ts'
import { containerdSocket, network, nodeName, ports, type ClusterSettings } from '../settings.ts'
import { kubeconfigOf } from '../users.ts'

export const kubelet = (settings: ClusterSettings, folder: string): Service => ({
  ...{ name: 'kubelet', needs: ['kube-apiserver', 'containerd'], address: '', ports: [] },
  install: async () => undefined,
  ready: async () =>
    void (await kubectl(settings, ['wait', `node/${nodeName}`, '--for=condition=Ready', '--timeout=1s'])),
  command: () => ({
    program: join(folder, 'kubelet'),
    args: [
      `--config=${writeJson(settings, 'kubelet.json', kubeletConfiguration(settings))}`,
      `--kubeconfig=${kubeconfigOf(settings, 'kubelet')}`,
      `--root-dir=${join(settings.state, 'kubelet')}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${network.address}`,
    ],
  }),
})

/** Containers get their limits; the kubelet itself manages no cgroups, which it could do only as the first program of a machine. */
const kubeletConfiguration = (settings: ClusterSettings) => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: network.address,
  port: ports.kubelet,
  healthzBindAddress: network.address,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: join(settings.config, 'ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  containerRuntimeEndpoint: `unix://${containerdSocket(settings)}`,
  podLogsDir: join(settings.state, 'pod-logs'),
  clusterDNS: [network.address],
  clusterDomain: 'cluster.local',
  cgroupDriver: 'cgroupfs',
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
  failCgroupV1: false,
  failSwapOn: false,
  makeIPTablesUtilChains: false,
  // how soon a changed Secret or ConfigMap is in the pods that mount it
  syncFrequency: '10s',
  // a developer's disk is nearly full every day, and is free again a moment later
  evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '500Mi', 'imagefs.available': '500Mi' },
  evictionPressureTransitionPeriod: '10s',
  // nobody can pull again what was imported
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
})

export const proxy = (settings: ClusterSettings, folder: string): Service => ({
  ...{ name: 'kube-proxy', needs: ['kube-apiserver'], address: '', ports: [] },
  install: async () => undefined,
  ready: () => answersOk(`http://${network.address}:10256/healthz`),
  command: () => ({
    program: join(folder, 'kube-proxy'),
    args: [
      `--config=${writeJson(settings, 'proxy.json', {
        apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
        kind: 'KubeProxyConfiguration',
        clientConnection: { kubeconfig: kubeconfigOf(settings, 'proxy') },
        hostnameOverride: nodeName,
        mode: 'nftables',
        bindAddress: network.address,
        healthzBindAddress: `${network.address}:10256`,
        metricsBindAddress: `${network.address}:10249`,
        clusterCIDR: network.pods,
        // the machine's own limits of connections stay as they are
        conntrack: { maxPerCore: 0, min: 0 },
      })}`,
    ],
  }),
})

export const dns = (settings: ClusterSettings, folder: string): Service => ({
  ...{ name: 'coredns', needs: ['kube-apiserver'], address: `${network.address}:53`, ports: [] },
  install: async () => undefined,
  ready: () => answersOk(`http://${network.address}:${ports.dnsReady}/ready`),
  command() {
    const file = join(settings.config, 'Corefile')
    writeFileSync(file, corefile(settings))
    return { program: join(folder, 'coredns'), args: ['-conf', file] }
  },
})

const corefile = (settings: ClusterSettings) => `. {
  bind ${network.address}
  errors
  ready ${network.address}:${ports.dnsReady}
  kubernetes cluster.local 10.in-addr.arpa {
    kubeconfig ${kubeconfigOf(settings, 'coredns')}
    ttl 5
  }
  forward . /etc/resolv.conf
  cache 30
}
`

function writeJson({ config }: ClusterSettings, name: string, content: object): string {
  const file = join(config, name)
  writeFileSync(file, JSON.stringify(content))
  return file
}
