/** etcd, API server, scheduler and controllers: what keeps and follows the wanted state. */
import { join } from 'node:path'
import { answersOk } from '../../local/probes/http.ts'
import type { Service } from '../../local/servers/service.ts'
import { kubectl } from '../command.ts'
import { network, ports, type ClusterSettings } from '../settings.ts'
import { kubeconfigOf, tokenFile, type UserName } from '../users.ts'

const etcdUrl = `http://127.0.0.1:${ports.etcd}`
const peerUrl = `http://127.0.0.1:${ports.etcdPeer}`

export const etcd = (settings: ClusterSettings): Service => ({
  ...withoutInstall('etcd', [], etcdUrl, [ports.etcd, ports.etcdPeer]),
  ready: () => answersOk(`${etcdUrl}/health`),
  command: () => ({
    program: 'etcd',
    args: flags({
      name: 'default',
      'data-dir': join(settings.state, 'etcd'),
      'listen-client-urls': etcdUrl,
      'advertise-client-urls': etcdUrl,
      'listen-peer-urls': peerUrl,
      'initial-advertise-peer-urls': peerUrl,
      'initial-cluster': `default=${peerUrl}`,
      // it lives for an hour, and goes with the cluster
      'unsafe-no-fsync': true,
    }),
  }),
})

export const apiServer = (settings: ClusterSettings, folder: string): Service => ({
  ...withoutInstall('kube-apiserver', ['etcd'], `https://${network.address}:${ports.api}`),
  ready: async () => void (await kubectl(settings, ['get', '--raw', '/readyz'])),
  command: () => ({ program: join(folder, 'kube-apiserver'), args: flags(apiServerFlags(settings)) }),
})

function apiServerFlags(settings: ClusterSettings) {
  const file = (name: string) => join(settings.config, name)
  return {
    'etcd-servers': etcdUrl,
    'bind-address': network.address,
    'secure-port': ports.api,
    'advertise-address': network.address,
    'tls-cert-file': file('apiserver.crt'),
    'tls-private-key-file': file('apiserver.key'),
    'token-auth-file': tokenFile(settings),
    'authorization-mode': 'Node,RBAC',
    'service-cluster-ip-range': network.services,
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': file('service-accounts.key'),
    'service-account-signing-key-file': file('service-accounts.key'),
    'kubelet-client-certificate': file('kubelet-client.crt'),
    'kubelet-client-key': file('kubelet-client.key'),
    // for exec and logs: nobody resolves the node's name
    'kubelet-preferred-address-types': 'InternalIP',
    'enable-admission-plugins': 'NodeRestriction',
    // Debian's etcd 3.4.23 cannot tell a watch how far it is; without this every watch from now on is refused
    'feature-gates': 'WatchList=false',
  }
}

export const scheduler = (settings: ClusterSettings, folder: string): Service =>
  follower(settings, folder, 'kube-scheduler', 'scheduler', {})

export const controllerManager = (settings: ClusterSettings, folder: string): Service =>
  follower(settings, folder, 'kube-controller-manager', 'controller-manager', {
    'service-account-private-key-file': join(settings.config, 'service-accounts.key'),
    'root-ca-file': join(settings.config, 'ca.crt'),
    'use-service-account-credentials': true,
  })

/** One that follows the API server, and has nothing that must be waited for. */
function follower(
  settings: ClusterSettings,
  folder: string,
  name: string,
  user: UserName,
  own: Record<string, string | boolean>,
): Service {
  return {
    ...withoutInstall(name, ['kube-apiserver'], ''),
    ready: async () => undefined,
    command: () => ({
      program: join(folder, name),
      args: flags({
        kubeconfig: kubeconfigOf(settings, user),
        'bind-address': network.address,
        'leader-elect': false,
        ...own,
      }),
    }),
  }
}

const withoutInstall = (name: string, needs: readonly string[], address: string, ports: number[] = []) => ({
  ...{ name, needs, address, ports },
  install: async () => undefined,
})

const flags = (values: Record<string, string | number | boolean>): string[] =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`)
