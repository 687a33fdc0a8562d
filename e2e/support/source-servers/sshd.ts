/** OpenSSH's server, whose files are read by sftp. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { isRoot, openFolder, programs, serve, type Server } from './server.ts'

export interface Sshd extends Server {
  user: string
  /** that the server takes; nothing but root can look passwords up, so for others it takes none */
  password: string
  privateKey: string
  /** the same one, with a passphrase */
  lockedKey: (passphrase: string) => string
  /** of the server's own key, as `SHA256:…` */
  fingerprint: string
}

const password = 'open sesame'

/** @param more lines of its configuration */
export async function startSshd(more = ''): Promise<Sshd> {
  const at = openFolder()
  const files = join(at, 'files')
  mkdirSync(files)
  const user = isRoot ? 'feed' : userInfo().username
  keygen(join(at, 'host'))
  keygen(join(at, 'user'))
  writeFileSync(join(at, 'sshd_config'), configOf(at, files) + more)
  const { folder, env } = await programs()
  const sshd = join(folder, 'usr/sbin/sshd')
  const config = join(at, 'sshd_config')
  const listen = (port: number) => ['-D', '-e', '-f', config, '-o', `ListenAddress=127.0.0.1:${port}`]
  const command = isRoot
    ? { program: 'sh', args: (port: number) => [asRoot(at, files), sshd, ...listen(port)], env }
    : { program: sshd, args: listen, env }
  const server = await serve(at, command)
  return {
    ...{ ...server, folder: files, user, password },
    privateKey: readFileSync(join(at, 'user'), 'utf8'),
    lockedKey: (passphrase) => locked(at, passphrase),
    fingerprint: run('ssh-keygen', '-lf', join(at, 'host.pub')).split(' ')[1]!,
  }
}

const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8' })

function locked(at: string, passphrase: string): string {
  const file = join(at, 'locked')
  copyFileSync(join(at, 'user'), file)
  run('ssh-keygen', '-q', '-p', '-a', '48', '-P', '', '-N', passphrase, '-f', file)
  return readFileSync(file, 'utf8')
}

const keygen = (file: string) => run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file)

const configOf = (at: string, files: string): string => `
HostKey ${at}/host
AuthorizedKeysFile ${at}/user.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication yes
KbdInteractiveAuthentication no
MaxStartups 100
Subsystem sftp internal-sftp -d ${files}
`

/** A script that gives the server accounts that this machine does not have, and sees alone. */
function asRoot(at: string, files: string): string {
  const accounts = {
    passwd: `sshd:x:777:65534::/run/sshd:/usr/sbin/nologin\nfeed:x:65534:65534::${files}:/bin/sh\n`,
    shadow: `feed:${run('openssl', 'passwd', '-6', password).trim()}:19000:0:99999:7:::\n`,
  }
  const mounts = Object.entries(accounts).map(([name, more]) => {
    writeFileSync(join(at, name), readFileSync(`/etc/${name}`, 'utf8') + more, {
      mode: name === 'shadow' ? 0o600 : 0o644,
    })
    return `mount --bind ${at}/${name} /etc/${name}`
  })
  const script = join(at, 'start.sh')
  const place = 'mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/sshd'
  writeFileSync(script, `${[...mounts, place].join(' && ')} && exec "$@"\n`)
  return script
}
