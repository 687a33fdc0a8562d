/** A certificate authority for this one cluster, made anew with it. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { network, type ClusterSettings } from './settings.ts'

const days = '365'
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc']

/** Writes `<name>.crt` and `<name>.key` of each into the folder of the configuration. */
export function makeCertificates({ config }: ClusterSettings): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: config, stdio: 'pipe' })
  const ca = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-days', days]
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    days,
    '-subj',
    '/CN=dsf-k8s',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  )
  const sign = (name: string, subject: string, ...extensions: string[]) =>
    openssl(
      ...[
        'req',
        '-x509',
        ...newKey,
        ...ca,
        '-subj',
        subject,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.crt`,
      ],
      ...['basicConstraints=critical,CA:FALSE', ...extensions].flatMap((extension) => ['-addext', extension]),
    )
  sign(
    ...(['apiserver', '/CN=kube-apiserver', 'extendedKeyUsage=serverAuth'] as const),
    `subjectAltName=IP:${network.address},IP:${network.kubernetesService},DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc`,
  )
  sign('kubelet-client', '/O=system:masters/CN=kube-apiserver', 'extendedKeyUsage=clientAuth')
  // tokens of service accounts are signed by it
  writeFileSync(join(config, 'service-accounts.key'), openssl('genpkey', '-algorithm', 'RSA'), {
    mode: 0o600,
  })
}
