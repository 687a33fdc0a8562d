/** What other images are built on. A registry of images would have them; packages of Debian and npm make the same. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../../local/install/cache.ts'
import { nodeProgram } from '../../local/install/node.ts'
import { runQuietly } from '../../local/install/tool.ts'
import { step } from '../../local/say.ts'
import type { ClusterSettings } from '../settings.ts'
import { run } from '../command.ts'
import { debianSuite, npmVersion } from '../versions.ts'
import { build, type Image } from './buildah.ts'

const dockerfile = (name: string) => join(import.meta.dirname, `${name}.Dockerfile`)
export const debianBase = 'localhost/debian:12'
export const nodeBase = 'localhost/node:24'

export async function buildBases(settings: ClusterSettings): Promise<void> {
  const debian = await debianFolder(settings)
  const bases: Image[] = [
    { tag: debianBase, dockerfile: dockerfile('debian'), context: debian },
    { tag: nodeBase, dockerfile: dockerfile('node'), context: await nodeFolder(settings) },
    { tag: 'localhost/java:17', dockerfile: dockerfile('java'), context: import.meta.dirname },
  ]
  for (const base of bases) await build(settings, base)
}

/** `debian.tar`, without what only people read. */
const debianFolder = (settings: ClusterSettings): Promise<string> =>
  cached(settings.cacheDir, `debian-${debianSuite}-1`, async (folder) => {
    const log = join(settings.runDir, 'logs', 'install-debian.log')
    const wayOut =
      "Check that this machine reaches Debian's packages (apt-get update), then run make images again."
    const root = join(folder, 'root')
    const bootstrap = () =>
      runQuietly({
        ...{ name: 'debian', what: 'debootstrap', program: 'debootstrap', log, wayOut },
        args: ['--variant=minbase', debianSuite, root],
      })
    await step('debian', 'installing a minimal system', bootstrap)
    const unwanted = [
      'var/cache/apt',
      'var/lib/apt/lists',
      'usr/share/doc',
      'usr/share/locale',
      'usr/share/man',
    ]
    const excluded = unwanted.map((path) => `--exclude=./${path}/*`)
    run('tar', ['-C', root, '-cf', join(folder, 'debian.tar'), ...excluded, '.'])
    run('rm', ['-rf', root])
  })

/** The pinned Node, and npm. */
const nodeFolder = (settings: ClusterSettings): Promise<string> => {
  const program = nodeProgram(settings)
  const version = run(program, ['--version']).trim()
  return cached(settings.cacheDir, `node-${version}-npm-${npmVersion}`, async (folder) => {
    copyFileSync(program, join(folder, 'node'))
    await runQuietly({
      ...{ name: 'npm', what: 'installing npm', program: 'npm' },
      args: ['install', '--global', '--prefix', join(folder, 'npm'), `npm@${npmVersion}`],
      log: join(settings.runDir, 'logs', 'install-npm.log'),
      wayOut: 'Check that this machine reaches the npm registry, then run make images again.',
    })
  })
}
