/** Compiles Kubernetes' programs and CoreDNS from their Go modules: ten minutes of two cores, once per version and machine. */
import { hash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../local/install/cache.ts'
import { requireProgram, runQuietly, textOf } from '../local/install/tool.ts'
import { step } from '../local/say.ts'
import type { ClusterSettings } from './settings.ts'
import { corednsVersion, kubernetesVersion } from './versions.ts'

/** Folders of programs. */
export interface Programs {
  /** of kube-apiserver, kubelet and so on */
  readonly kubernetes: string
  readonly coredns: string
}

/** A Go module of ours that requires what it compiles; its go.sum vouches for all of it. */
interface Source {
  readonly name: string
  readonly version: string
  readonly folder: string
  readonly linkerFlags: string
  /** how many packages are compiled, about */
  readonly packages: number
}

const folder = join(import.meta.dirname, 'programs')
const [major, minor] = kubernetesVersion.split('.')
const shown = { gitVersion: `v${kubernetesVersion}`, gitMajor: major, gitMinor: minor }

const kubernetes: Source = {
  name: 'kubernetes',
  version: kubernetesVersion,
  folder: join(folder, 'kubernetes'),
  linkerFlags: Object.entries(shown)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' '),
  packages: 2400,
}

/** A module of its own: together they would have to agree on versions. */
const coredns: Source = {
  ...{ name: 'coredns', version: corednsVersion, folder: join(folder, 'coredns') },
  ...{ linkerFlags: '', packages: 770 },
}

export async function installPrograms(settings: ClusterSettings): Promise<Programs> {
  // one after the other: each has all cores
  return { kubernetes: await install(settings, kubernetes), coredns: await install(settings, coredns) }
}

function install(settings: ClusterSettings, source: Source): Promise<string> {
  const { name, version, packages } = source
  const log = join(settings.runDir, 'logs', `install-${name}.log`)
  return cached(settings.cacheDir, `${name}-${version}-${hashOf(source)}`, async (to) => {
    requireProgram('go', `it compiles ${name}`, 'golang-go')
    await step(
      ...([name, 'compiling (minutes, only this once)', () => compile(source, to, log)] as const),
      () => `${compiled(textOf(log))} of about ${packages} packages`,
    )
  })
}

const compile = ({ name, folder: cwd, linkerFlags }: Source, to: string, log: string) =>
  runQuietly({
    ...{ name, what: 'compiling', program: 'go', log, cwd },
    // nobody debugs it here: without symbols it is smaller, and compiled sooner
    args: [
      ...['build', '-v', '-trimpath', '-ldflags', `-s -w ${linkerFlags}`.trim()],
      ...['-gcflags', 'all=-dwarf=false', '-o', `${to}/`, './...'],
    ],
    env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
    wayOut:
      'Check that this machine reaches the Go module proxy (go env GOPROXY), then run make k8s-up again.',
  })

/** Of `go build -v`, which names each package that it compiles, and each module that it fetches before. */
const compiled = (log: string) => log.split('\n').filter((line) => line && !line.startsWith('go: ')).length

/** Another program, or another version of one, is another folder of the cache. */
function hashOf({ folder: from }: Source): string {
  const files = globSync(['go.mod', 'go.sum', '*.go', '*/*.go'].map((path) => join(from, path)))
  return hash(
    'md5',
    files
      .sort()
      .map((path) => readFileSync(path, 'utf8'))
      .join(),
  ).slice(0, 8)
}
