/** Builds an image without a container engine, into an archive that containerd (and docker load) takes. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runQuietly } from '../../local/install/tool.ts'
import { run, tryRun } from '../command.ts'
import { mountsBelow } from '../machine.ts'
import type { ClusterSettings } from '../settings.ts'

export interface Image {
  /** `localhost/dsf/ingestor:dev` */
  readonly tag: string
  readonly dockerfile: string
  /** folder that the Dockerfile copies from */
  readonly context: string
  readonly args?: Readonly<Record<string, string>>
  /** what of the context is sent; .dockerignore of the context when left out */
  readonly ignoreFile?: string
  /** of the Dockerfile; the last one when left out */
  readonly target?: string
  /** other folders that it copies from, by name */
  readonly contexts?: Readonly<Record<string, string>>
}

/** Not where packages of Debian put theirs. */
const lent = '/run/authorities.crt'

/** Layers lie in the cache, so that an image of which nothing changed is there at once. */
export async function build(settings: ClusterSettings, image: Image): Promise<void> {
  const { tag, dockerfile, context, args = {}, ignoreFile, target, contexts = {} } = image
  const own = process.env['NODE_EXTRA_CA_CERTS']
  await runQuietly({
    ...{ name: nameOf(tag), what: `building ${tag}`, program: 'buildah' },
    args: [
      ...storage(settings),
      ...['bud', '--isolation', 'chroot', '--layers', '--tag', tag, '--file', dockerfile],
      ...(ignoreFile ? ['--ignorefile', ignoreFile] : []),
      // an authority that this machine trusts for its registries is lent to the build, and is in no layer
      ...(own
        ? ['--volume', `${own}:${lent}:ro`, ...buildArgs({ NODE_EXTRA_CA_CERTS: lent, PIP_CERT: lent })]
        : []),
      ...buildArgs(args),
      ...(target ? ['--target', target] : []),
      ...Object.entries(contexts).flatMap(([name, folder]) => ['--build-context', `${name}=${folder}`]),
      context,
    ],
    log: join(settings.runDir, 'logs', `image-${nameOf(tag)}.log`),
    wayOut: 'Mend what the log names, then run make images again.',
  })
}

const buildArgs = (args: Readonly<Record<string, string>>) =>
  Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])

/** Writes `<name>.tar`, unless it is there already. Resolves with the archive, and the id of what is in it. */
export function archive(settings: ClusterSettings, tag: string): { file: string; id: string } {
  mkdirSync(settings.images, { recursive: true })
  const file = join(settings.images, `${nameOf(tag)}.tar`)
  const id = run('buildah', [...storage(settings), 'images', '--quiet', '--no-trunc', tag]).trim()
  if (existsSync(file) && kept(file) === id) return { file, id }
  // buildah adds to an archive that is there
  run('rm', ['-f', file])
  run('buildah', [...storage(settings), 'push', '--quiet', tag, `docker-archive:${file}:${tag}`])
  writeFileSync(idFile(file), id)
  return { file, id }
}

/** Copies a file out of an image. */
export function copyOut(settings: ClusterSettings, tag: string, path: string, to: string): void {
  const container = run('buildah', [...storage(settings), 'from', tag]).trim()
  try {
    const root = run('buildah', [...storage(settings), 'mount', container]).trim()
    writeFileSync(to, readFileSync(join(root, path)))
  } finally {
    run('buildah', [...storage(settings), 'rm', container])
  }
}

/** buildah leaves a mount of its own folder behind, and one that was killed those of its containers. */
export function releaseStorage({ cacheDir, runtime }: ClusterSettings): void {
  for (const point of mountsBelow([join(cacheDir, 'buildah')])) tryRun('umount', [point])
  tryRun('rm', ['-rf', `${runtime}-buildah`])
}

const nameOf = (tag: string) =>
  tag
    .replace(/^localhost\//, '')
    .replace(/:.*/, '')
    .replaceAll('/', '-')
const idFile = (archiveFile: string) => `${archiveFile}.id`
const kept = (archiveFile: string) =>
  existsSync(idFile(archiveFile)) ? readFileSync(idFile(archiveFile), 'utf8') : ''

const storage = ({ cacheDir, runtime }: ClusterSettings) => [
  ...['--root', join(cacheDir, 'buildah'), '--runroot', `${runtime}-buildah`],
  ...['--storage-driver', 'overlay'],
]
