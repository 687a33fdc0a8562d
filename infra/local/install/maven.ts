/** Fetches artifacts from Maven Central with `mvn`, checks them against their pin, and unpacks what is an archive. */
import { chmod, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../settings.ts'
import { type MavenPin, mavenDependencyPlugin } from '../versions.ts'
import { cached } from './cache.ts'
import { requireChecksum } from './checksum.ts'
import { withLock } from './file-lock.ts'
import { step } from '../say.ts'
import { requireProgram, runQuietly, textOf } from './tool.ts'

export function installFromMaven(settings: Settings, pin: MavenPin): Promise<string> {
  const log = join(settings.runDir, 'logs', `install-${pin.id}.log`)
  return cached(settings.cacheDir, pin.id, async (folder) => {
    requireProgram('mvn', `it downloads ${pin.id}`, 'maven')
    const fetch = () => download(pin, folder, log)
    const shown = () => step(pin.id, 'downloading from Maven Central', fetch, () => downloaded(textOf(log)))
    // Maven's own cache is not made for two writers at once
    await withLock(settings.cacheDir, 'maven', shown)
    await requireChecksum(pin.id, folder, pin.sha256)
    await unpackAll(settings, pin.id, folder)
  })
}

async function download(pin: MavenPin, folder: string, log: string): Promise<void> {
  const pom = `${folder}.pom.xml`
  await writeFile(pom, pomFor(pin.artifacts, pin.without))
  await runQuietly({
    ...{ name: pin.id, what: 'downloading from Maven Central', program: 'mvn', log },
    args: [
      ...['-B', '--strict-checksums', '-Dstyle.color=never', '-f', pom],
      `${mavenDependencyPlugin}:copy-dependencies`,
      ...['-DincludeScope=runtime', `-DoutputDirectory=${folder}`],
    ],
    wayOut:
      'Check that this machine reaches Maven Central (a proxy or mirror goes into ~/.m2/settings.xml), then run make up again.',
  }).finally(() => rm(pom, { force: true }))
}

/** Of lines like `Downloaded from central: https://… (6.7 MB at 40 MB/s)`. */
export function downloaded(log: string): string {
  const sizes = [...log.matchAll(/^\[INFO\] Downloaded .* \(([\d.]+) (B|kB|MB) at /gm)]
  const bytes = sizes.reduce(
    (sum, [, size, unit]) => sum + Number(size) * units[unit as keyof typeof units],
    0,
  )
  return `${sizes.length} files, ${Math.round(bytes / 1e6)} MB`
}

const units = { B: 1, kB: 1e3, MB: 1e6 }

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
  await runQuietly({
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
