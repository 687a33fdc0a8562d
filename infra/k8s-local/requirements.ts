/** What the machine must have before anything is started. */
import { existsSync, statfsSync } from 'node:fs'
import { StackError } from '../local/errors.ts'
import { aptInstall } from '../local/install/apt.ts'
import { findProgram } from '../local/install/tool.ts'
import { step } from '../local/say.ts'
import { cniPlugins, debianPrograms } from './versions.ts'

const leastFreeGigabytes = 8

export async function requireMachine(): Promise<void> {
  requireRoot()
  requireDisk()
  if (missingPackages().length === 0) return
  const wanted = missingPackages()
  await step('debian', `installing ${wanted.join(', ')}`, async () => void aptInstall(wanted))
  const missing = missingPackages()
  if (missing.length > 0)
    throw new StackError(`These packages of Debian are missing: apt-get install ${missing.join(' ')}`)
}

/** Pods are made of namespaces, mounts and rules of the packet filter, which belong to root. */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return
  throw new StackError(
    'The cluster on this machine needs root: sudo -E make k8s-up. Without root, apply k8s/overlays to a cluster that you have (docs/deploy.md).',
  )
}

/** With less the node would throw images away that nobody can pull again. */
function requireDisk(): void {
  const { bavail, bsize } = statfsSync('/var/lib')
  const free = Math.floor((bavail * bsize) / 1e9)
  if (free >= leastFreeGigabytes) return
  throw new StackError(
    `The disk of /var/lib has ${free} GB free; a cluster with its images needs ${leastFreeGigabytes}. Make room, then try again.`,
  )
}

function missingPackages(): string[] {
  const missing = Object.entries(debianPrograms).flatMap(([program, name]) =>
    findProgram(program) || existsSync(`/usr/sbin/${program}`) ? [] : [name],
  )
  return existsSync(cniPlugins.folder) ? missing : [...missing, cniPlugins.debianPackage]
}
