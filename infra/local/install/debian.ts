/** Programs of Debian packages in a folder of their own: nothing is installed, no service starts, and nobody need be root. */
import { readFileSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../settings.ts'
import { cached } from './cache.ts'
import { requireProgram, runQuietly } from './tool.ts'
import { step } from '../say.ts'

/**
 * The folder in which packages are unpacked, of the release that this machine runs: apt looks at their signatures. What they depend on must
 * be there, or be named too.
 */
export const installFromDebian = (
  { cacheDir, runDir }: Pick<Settings, 'cacheDir' | 'runDir'>,
  name: string,
  packages: readonly string[],
): Promise<string> =>
  cached(cacheDir, `${name}-${releaseName()}`, (folder) =>
    step(name, `fetching ${packages.join(', ')} of Debian`, () => unpack(name, packages, folder, runDir)),
  )

async function unpack(
  name: string,
  packages: readonly string[],
  folder: string,
  runDir: string,
): Promise<void> {
  const archives = join(folder, 'archives')
  await mkdir(archives)
  const common = {
    ...{ name, log: join(runDir, 'logs', `install-${name}.log`), cwd: archives },
    wayOut: "Check that this machine reaches Debian's packages (apt-get update), then run it again.",
  }
  const aptGet = requireProgram('apt-get', `it fetches ${name}`, 'apt')
  await runQuietly({ ...common, what: 'download', program: aptGet, args: ['download', ...packages] })
  for (const archive of await readdir(archives))
    await runQuietly({ ...common, what: 'unpacking', program: 'dpkg-deb', args: ['-x', archive, folder] })
  await rm(archives, { recursive: true })
}

/** Libraries of one release are not those of another. */
const releaseName = (): string =>
  /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown'
