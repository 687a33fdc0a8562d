/** Certificates for tests, made by openssl: an authority, a server on loopback that it signed, and another authority that signed nothing. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificates {
  ca: string
  cert: string
  key: string
  stranger: string
}

/** Paths of PEM files in a folder. */
export function makeCertificates(folder: string): Certificates {
  const at = (name: string) => join(folder, name)
  const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const authority = (name: string) =>
    run(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)],
    )
  authority('ca')
  authority('stranger')
  run(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-CA', at('ca.pem'), '-CAkey', at('ca.key')],
    ...['-keyout', at('server.key'), '-out', at('server.pem')],
  )
  return { ca: at('ca.pem'), cert: at('server.pem'), key: at('server.key'), stranger: at('stranger.pem') }
}

/** What a server of TLS wants. */
export const served = ({ cert, key }: Certificates) => ({ cert: readFileSync(cert), key: readFileSync(key) })
