/** Makes Services of the cluster answer on loopback, at the ports of a local stack. */
import { type ChildProcess, spawn } from 'node:child_process'
import { connect } from 'node:net'
import type { PortName } from '../local/ports.ts'
import { within } from '../local/ready.ts'
import { namespace } from './secrets.ts'
import type { ClusterSettings } from './settings.ts'

const forwarded: Partial<Record<PortName, string>> = {
  ingestor: 'ingestor:80',
  feed: 'feed:80',
  elasticsearch: 'elasticsearch:9200',
  s3: 'minio:9000',
}

/** While the work is done. A pod that ends takes its forwarding with it. */
export async function withForwarding<T>(settings: ClusterSettings, work: () => Promise<T>): Promise<T> {
  const children = Object.entries(forwarded).map(([port, target]) =>
    forward(settings, settings.ports[port as PortName], target),
  )
  try {
    for (const port of Object.keys(forwarded))
      await within(30_000, () => answers(settings.ports[port as PortName]))
    return await work()
  } finally {
    for (const child of children) child.kill()
  }
}

function forward({ kubeconfig }: ClusterSettings, port: number, target: string): ChildProcess {
  const [service, servicePort] = target.split(':')
  const args = [
    '--kubeconfig',
    kubeconfig,
    '-n',
    namespace,
    'port-forward',
    `service/${service}`,
    `${port}:${servicePort}`,
  ]
  return spawn('kubectl', args, { stdio: 'ignore' })
}

const answers = (port: number) =>
  new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(void socket.destroy()))
    socket.once('error', reject)
  })
