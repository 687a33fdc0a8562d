/** nginx, as those who publish files have it: over http and https, with and without versions, behind a password, slow, and as a proxy. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installFromDebian } from '../../../infra/local/install/debian.ts'
import { settings } from '../stack.ts'
import { until } from '../until.ts'
import { freePort } from './server.ts'

export interface Nginx {
  /** of http, without a slash behind it */
  url: string
  /** of https */
  secureUrl: string
  /** what its certificate is checked by */
  ca: string
  user: string
  password: string
  /** whose files are at `/`, and by other names below `places` */
  folder: string
  /** a line for each answer: status, path, Range of the request */
  answers: () => string[]
  start: () => Promise<void>
  /** ends it at once, like a lost machine */
  kill: () => Promise<void>
  /** it does nothing until it is woken */
  stop: () => void
  wake: () => void
  /** kills it, and removes its folder */
  close: () => Promise<void>
}

/** The same files again, otherwise: `/later/` answers 503 while there is a file `later`. */
const places = (folder: string, upstream: string): string => `
  location /plain/ { alias ${folder}/; etag off; }
  location /timeless/ { alias ${folder}/; etag off; add_header Last-Modified ""; }
  location /static-gzip/ { alias ${folder}/; gzip_static always; }
  location /slow/ { alias ${folder}/; limit_rate 100; }
  location /locked/ { alias ${folder}/; auth_basic feed; auth_basic_user_file ${folder}/../users; }
  location /later/ {
    alias ${folder}/;
    add_header Retry-After 1 always;
    if (-f ${folder}/later) { return 503; }
  }
  location /proxied/ { proxy_pass ${upstream}/; proxy_buffering off; proxy_max_temp_file_size 0; }
`

/** One process, so that its end is the end of all of it. */
const configOf = (at: string, ports: { plain: number; secure: number }, upstream: string): string => `
daemon off;
master_process off;
pid ${at}/pid;
error_log ${at}/error.log;
events {}
http {
  log_format answer '$status $uri $http_range';
  access_log ${at}/answers answer;
  types { text/csv csv; }
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${at}/${what};`).join(' ')}
  server {
    listen 127.0.0.1:${ports.plain};
    listen 127.0.0.1:${ports.secure} ssl;
    ssl_certificate ${at}/certificate.pem;
    ssl_certificate_key ${at}/key.pem;
    root ${at}/files;
    ${places(join(at, 'files'), upstream)}
  }
}
`

const account = { user: 'feed', password: 'open sesame' }

/** @param upstream whom `/proxied/` asks */
export async function startNginx(upstream = 'http://127.0.0.1:1'): Promise<Nginx> {
  const program = join(await installFromDebian(settings, 'nginx', ['nginx']), 'usr/sbin/nginx')
  const at = mkdtempSync(join(tmpdir(), 'dsf-nginx-'))
  const folder = join(at, 'files')
  mkdirSync(folder)
  const ports = { plain: await freePort(), secure: await freePort() }
  const hash = execFileSync('openssl', ['passwd', '-apr1', account.password], { encoding: 'utf8' })
  writeFileSync(join(at, 'users'), `${account.user}:${hash}`)
  writeFileSync(join(at, 'nginx.conf'), configOf(at, ports, upstream))
  const ca = certify(at)
  let child: ChildProcess
  const start = async () => {
    child = spawn(program, ['-p', at, '-c', join(at, 'nginx.conf'), '-e', join(at, 'error.log')])
    const isThere = () => {
      if (child.exitCode !== null) throw new Error(readFileSync(join(at, 'error.log'), 'utf8'))
      return answers(ports.plain)
    }
    await until('nginx to answer', isThere, { seconds: 20, everyMs: 20 })
  }
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    ...account,
    ...{ url: `http://127.0.0.1:${ports.plain}`, secureUrl: `https://127.0.0.1:${ports.secure}` },
    ...{ ca, folder, start, kill },
    answers: () => readFileSync(join(at, 'answers'), 'utf8').trimEnd().split('\n'),
    stop: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    close: async () => {
      await kill()
      rmSync(at, { recursive: true })
    },
  }
}

/** A certificate that signs itself. */
function certify(at: string): string {
  const certificate = join(at, 'certificate.pem')
  const files = ['-keyout', join(at, 'key.pem'), '-out', certificate]
  const whose = ['-subj', '/CN=nginx', '-addext', 'subjectAltName=IP:127.0.0.1']
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', ...files, ...whose]
  execFileSync('openssl', args, { stdio: 'ignore' })
  return readFileSync(certificate, 'utf8')
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } finally {
    socket.destroy()
  }
}
