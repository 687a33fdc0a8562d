/** Who may speak to the API server: a token for each program, and one for who started the cluster. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { network, nodeName, ports, type ClusterSettings } from './settings.ts'

interface User {
  readonly name: string
  readonly groups?: string
}

const users = {
  admin: { name: 'admin', groups: 'system:masters' },
  scheduler: { name: 'system:kube-scheduler' },
  'controller-manager': { name: 'system:kube-controller-manager' },
  proxy: { name: 'system:kube-proxy' },
  kubelet: { name: `system:node:${nodeName}`, groups: 'system:nodes' },
  coredns: { name: 'coredns' },
} satisfies Record<string, User>

export type UserName = keyof typeof users

export const tokenFile = ({ config }: ClusterSettings) => join(config, 'tokens.csv')
export const kubeconfigOf = (settings: ClusterSettings, user: UserName) =>
  user === 'admin' ? settings.kubeconfig : join(settings.config, `${user}.kubeconfig`)

/** Writes the table of tokens, and a kubeconfig for each user. */
export function makeUsers(settings: ClusterSettings): void {
  const lines = Object.entries(users).map(([key, { name, ...user }]) => {
    const token = randomBytes(32).toString('hex')
    writeFileSync(kubeconfigOf(settings, key as UserName), kubeconfig(settings, token), { mode: 0o600 })
    return `${token},${name},${name},"${'groups' in user ? user.groups : ''}"\n`
  })
  writeFileSync(tokenFile(settings), lines.join(''), { mode: 0o600 })
}

const kubeconfig = ({ config }: ClusterSettings, token: string) => `apiVersion: v1
kind: Config
clusters:
  - name: dsf-k8s
    cluster: { server: 'https://${network.address}:${ports.api}', certificate-authority: '${join(config, 'ca.crt')}' }
users:
  - name: user
    user: { token: ${token} }
contexts:
  - name: dsf-k8s
    context: { cluster: dsf-k8s, user: user }
current-context: dsf-k8s
`
