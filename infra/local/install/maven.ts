/** Fetches artifacts from Maven Central with `mvn`, checks them against their pin, and unpacks what is an archive. */
import { chmod, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../settings.ts'
import { type MavenPin, mavenDependencyPlugin } from '../versions.ts'
import { cached } from './cache.ts'
import { requireChecksum } from './checksum.ts'
import { requireProgram, runTool } from './tool.ts'

/** Maven's own cache is not made for two writers at once. */
let turn: Promise<unknown> = Promise.resolve()

export function installFromMaven(settings: Settings, name: string, pin: MavenPin): Promise<string> {
  const mine = turn.then(() =>
    cached(settings.cacheDir, pin.id, (folder) => download(settings, name, pin, folder)),
  )
  turn = mine.catch(() => undefined)
  return mine
}

async function download(settings: Settings, name: string, pin: MavenPin, folder: string): Promise<void> {
  requireProgram('mvn', `it downloads ${pin.id}`, 'maven')
  const pom = `${folder}.pom.xml`
  await writeFile(pom, pomFor(pin.artifacts, pin.without))
  await runTool({
    name,
    what: `downloading ${pin.id} from Maven Central`,
    program: 'mvn',
    args: [
      ...[
        '-B',
        '--strict-checksums',
        '-Dstyle.color=never',
        '-f',
        pom,
        `${mavenDependencyPlugin}:copy-dependencies`,
      ],
      ...['-DincludeScope=runtime', `-DoutputDirectory=${folder}`],
    ],
    log: join(settings.runDir, 'logs', `install-${pin.id}.log`),
    wayOut:
      'Check that this machine reaches Maven Central (a proxy or mirror goes into ~/.m2/settings.xml), then run make up again.',
  }).finally(() => rm(pom, { force: true }))
  await requireChecksum(pin.id, folder, pin.sha256)
  await unpackAll(settings, name, folder)
}

export function pomFor(artifacts: readonly string[], without: readonly string[] = []): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>data-stream-flow</groupId><artifactId>download</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>${artifacts.map((artifact) => dependencyFor(artifact, without)).join('')}
  </dependencies>
</project>
`
}

/** A distribution archive carries its libraries inside: what its pom names beside it is not wanted. */
function dependencyFor(coordinates: string, without: readonly string[]): string {
  const [group, artifact, version, type = 'jar', classifier = ''] = coordinates.split(':')
  return `
    <dependency>
      <groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>
      <type>${type}</type>${classifier && `<classifier>${classifier}</classifier>`}${exclusionsOf(type === 'jar' ? without : ['*:*'])}
    </dependency>`
}

function exclusionsOf(without: readonly string[]): string {
  const exclusions = without.map((coordinates) => {
    const [group, artifact] = coordinates.split(':')
    return `<exclusion><groupId>${group}</groupId><artifactId>${artifact}</artifactId></exclusion>`
  })
  return exclusions.length === 0 ? '' : `<exclusions>${exclusions.join('')}</exclusions>`
}

async function unpackAll(settings: Settings, name: string, folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (file.endsWith('.tar.gz')) await unpack(settings, name, folder, file, 'tar', ['-xzf', file])
    if (file.endsWith('.zip'))
      await unpack(settings, name, folder, file, 'python3', ['-m', 'zipfile', '-e', file, '.'])
  }
}

async function unpack(
  settings: Settings,
  name: string,
  folder: string,
  file: string,
  program: string,
  args: string[],
) {
  requireProgram(program, `it unpacks ${file}`, program)
  await runTool({
    ...{ name, what: `unpacking ${file}`, program, args, cwd: folder },
    log: join(settings.runDir, 'logs', `unpack-${file}.log`),
    wayOut: 'Is the disk full?',
  })
  await rm(join(folder, file))
  await restoreExecutables(folder)
}

/** Python's unzip drops the permission bits. */
async function restoreExecutables(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.parentPath.endsWith('/bin'))
      await chmod(join(entry.parentPath, entry.name), 0o755)
  }
}
