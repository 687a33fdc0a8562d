import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** A certificate of a server on loopback that signed itself, made by openssl: paths of PEM files in a folder. */
export function makeCertificate(folder: string, name: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
  const kind = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ]
  const whose = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', [...kind, ...whose, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  return { cert, key }
}
