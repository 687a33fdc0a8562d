/**
 * promtool, which reads rules of alerts as Prometheus does. It is in Debian's package of Prometheus, which is unpacked and not installed: an
 * installed one would start a server, and needs root.
 */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../local/install/cache.ts'
import { findProgram, requireProgram, runTool } from '../local/install/tool.ts'
import type { Settings } from '../local/settings.ts'

const inPackage = 'root/usr/bin/promtool'

/** The program's path. */
export async function promtool(settings: Settings): Promise<string> {
  const own = findProgram('promtool')
  if (own) return own
  const folder = await cached(settings.cacheDir, 'promtool-debian', (to) => unpack(settings, to))
  return join(folder, inPackage)
}

async function unpack(settings: Settings, folder: string): Promise<void> {
  const told = {
    name: 'promtool',
    log: join(settings.runDir, 'logs', 'install-promtool.log'),
    wayOut: 'It checks the rules of alerts: install it (on Debian: apt-get update, then make check again).',
  }
  const apt = requireProgram('apt-get', 'it fetches promtool', 'apt')
  await runTool({
    ...told,
    what: 'fetching the package of Debian',
    program: apt,
    args: ['download', 'prometheus'],
    cwd: folder,
  })
  const [file] = globSync(join(folder, 'prometheus_*.deb'))
  const args = ['-x', file ?? 'prometheus.deb', join(folder, 'root')]
  await runTool({ ...told, what: 'unpacking it', program: 'dpkg-deb', args })
}
