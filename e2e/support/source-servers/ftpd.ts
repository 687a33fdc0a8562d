/** Pure-FTPd, with an account of its own and a certificate. It runs for root alone. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openFolder, programs, serve, type Server } from './server.ts'

export interface Ftpd extends Server {
  user: string
  password: string
  /** what its certificate is checked by */
  ca: string
}

const user = 'feed'
const password = 'open sesame'

export async function startFtpd(): Promise<Ftpd> {
  const at = openFolder()
  const files = join(at, 'files')
  mkdirSync(files)
  const { folder, env } = await programs()
  const accounts = join(at, 'accounts')
  // not by pure-pw, whose hashes are made to take seconds
  const hash = execFileSync('openssl', ['passwd', '-6', password], { encoding: 'utf8' }).trim()
  writeFileSync(accounts, `${user}:${hash}:65534:65534::${files}/./::::::::::::\n`, { mode: 0o600 })
  execFileSync(join(folder, 'usr/bin/pure-pw'), ['mkdb', `${accounts}.pdb`, '-f', accounts], { env })
  const ca = certify(at)
  const server = await serve(at, {
    program: join(folder, 'usr/sbin/pure-ftpd'),
    args: (port) => [
      ...['-S', `127.0.0.1,${port}`, '-l', `puredb:${accounts}.pdb`, '-E', '-H', '-A', '-u', '1'],
      ...['-Y', '1', '-2', join(at, 'both.pem'), '-g', join(at, 'pid')],
    ],
    env,
  })
  return { ...server, folder: files, user, password, ca }
}

function certify(at: string): string {
  const [key, certificate] = [join(at, 'key.pem'), join(at, 'certificate.pem')]
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        certificate,
        '-days',
        '30',
      ],
      ...['-subj', '/CN=ftpd', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ],
    { stdio: 'ignore' },
  )
  const ca = readFileSync(certificate, 'utf8')
  writeFileSync(join(at, 'both.pem'), readFileSync(key, 'utf8') + ca, { mode: 0o600 })
  return ca
}
