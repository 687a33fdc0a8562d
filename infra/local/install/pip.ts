/** Installs Python packages, by checksum, into virtual environments of their own. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../settings.ts'
import { cached } from './cache.ts'
import { requireProgram, runTool } from './tool.ts'

interface PipPin {
  readonly package: string
  readonly version: string
  readonly sha256: readonly string[]
}

/** One package, without its dependencies. */
export function installFromPip(settings: Settings, name: string, pin: PipPin): Promise<string> {
  const line = [`${pin.package}==${pin.version}`, ...pin.sha256.map((sum) => `--hash=sha256:${sum}`)].join(
    ' ',
  )
  return environment(settings, { name, id: `${name}-${pin.version}`, requirements: line })
}

/** All packages of a requirements file that names each with its checksums. Resolves with the environment's folder. */
export function installRequirements(settings: Settings, name: string, file: string): Promise<string> {
  const requirements = readFileSync(file, 'utf8')
  return environment(settings, { name, id: `${name}-${hash('md5', requirements)}`, requirements })
}

function environment(
  settings: Settings,
  { name, id, requirements }: { name: string; id: string; requirements: string },
): Promise<string> {
  return cached(settings.cacheDir, id, async (folder) => {
    requireProgram('python3', `it installs ${name}`, 'python3')
    const log = join(settings.runDir, 'logs', `install-${name}.log`)
    await runTool({
      ...{ name, what: 'making a Python environment', program: 'python3', args: ['-m', 'venv', folder], log },
      wayOut: 'Install the module venv (on Debian: apt-get install python3-venv), then run make up again.',
    })
    const file = join(folder, 'requirements.txt')
    await writeFile(file, requirements)
    await runTool({
      ...{ name, what: 'downloading its packages from PyPI', program: join(folder, 'bin/python'), log },
      args: ['-m', 'pip', 'install', '--no-deps', '--require-hashes', '-r', file],
      wayOut: 'Check that this machine reaches PyPI (pip config list), then run make up again.',
    })
  })
}
