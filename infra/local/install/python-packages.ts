/** Installs Python packages, by checksum, into virtual environments of their own. By uv, which takes a third of pip's time. */
import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../settings.ts'
import { step } from '../say.ts'
import { type PypiPin, uv } from '../versions.ts'
import { cached } from './cache.ts'
import { pipChoices } from './pip-choices.ts'
import { requireProgram, runQuietly, textOf, type ToolRun } from './tool.ts'

const wayOut = 'Check that this machine reaches PyPI (pip config list), then run make up again.'

/** One package, without its dependencies. */
export function installFromPypi(settings: Settings, name: string, pin: PypiPin): Promise<string> {
  return environment(settings, `${name}-${pin.version}`, requirementOf(pin))
}

/** All packages of a requirements file that names each with its checksums. Resolves with the environment's folder. */
export function installRequirements(settings: Settings, name: string, file: string): Promise<string> {
  const requirements = readFileSync(file, 'utf8')
  return environment(settings, `${name}-${hash('md5', requirements)}`, requirements)
}

function environment(settings: Settings, id: string, requirements: string): Promise<string> {
  const log = logOf(settings, id)
  const what = `installing ${countOf(requirements)} packages from PyPI`
  const fill = async (folder: string) => {
    const python = requireProgram('python3', `it installs ${id}`, 'python3')
    const uvFolder = await installUv(settings, python)
    const work = () => uvInstall(uvFolder, python, folder, requirements, { name: nameOf(id), what, log })
    await step(nameOf(id), what, work, () => uvProgress(textOf(log)))
  }
  return cached(settings.cacheDir, id, fill, hasInterpreter)
}

async function uvInstall(
  uvFolder: string,
  python: string,
  folder: string,
  requirements: string,
  tool: Pick<ToolRun, 'name' | 'what' | 'log'>,
): Promise<void> {
  const run = {
    ...tool,
    program: join(uvFolder, 'bin/uv'),
    env: pipChoices(join(uvFolder, 'bin/python')),
    wayOut,
  }
  await runQuietly({
    ...run,
    args: [
      'venv',
      '--quiet',
      '--allow-existing',
      '--relocatable',
      '--no-python-downloads',
      '--python',
      python,
      folder,
    ],
  })
  const file = join(folder, 'requirements.txt')
  await writeFile(file, requirements)
  await runQuietly({
    ...run,
    args: [
      'pip',
      'install',
      '--python',
      join(folder, 'bin/python'),
      '--no-deps',
      '--require-hashes',
      ...['--config-settings-package', quickBuild],
      ...['-r', file],
    ],
  })
}

/** PyPI has pyspark as source only. The wheel that is made of it is unpacked at once: to compress its 450 MB takes longer than the rest. */
const quickBuild = 'pyspark:--build-option=--compression=stored'

/** Of uv's lines: it names the larger downloads, and what it builds. */
export function uvProgress(log: string): string {
  const count = (word: string) => log.split('\n').filter((line) => line.trim().startsWith(`${word} `)).length
  const built = /^ *Building (\S+)/m.exec(log)?.[1]
  const begun = count('Downloading')
  const parts = [
    begun > 0 ? `${count('Downloaded')} of ${begun} large downloads` : '',
    built && count('Built') < count('Building') ? `building ${built}` : '',
  ]
  return parts.filter(Boolean).join(', ')
}

/** Its wheel holds the program; pip, which every Python brings along, fetches it. */
function installUv(settings: Settings, python: string): Promise<string> {
  const id = `uv-${uv.version}`
  const run = { name: 'uv', what: 'installing from PyPI', log: logOf(settings, id) }
  const fill = async (folder: string) => {
    await runQuietly({
      ...{ ...run, program: python, args: ['-m', 'venv', folder] },
      wayOut: 'Install the module venv (on Debian: apt-get install python3-venv), then run make up again.',
    })
    const file = join(folder, 'requirements.txt')
    await writeFile(file, requirementOf(uv))
    await runQuietly({
      ...{ ...run, program: join(folder, 'bin/python'), wayOut },
      args: ['-m', 'pip', 'install', '--no-deps', '--require-hashes', '-r', file],
    })
  }
  return cached(settings.cacheDir, id, (folder) => step('uv', run.what, () => fill(folder)), hasInterpreter)
}

/** An environment is a link to the Python of the machine, which may be replaced by another one. */
const hasInterpreter = (folder: string) => existsSync(join(folder, 'bin/python'))

const requirementOf = ({ package: name, version, sha256 }: PypiPin) =>
  [`${name}==${version}`, ...sha256.map((sum) => `--hash=sha256:${sum}`)].join(' ')

const countOf = (requirements: string) => requirements.match(/^[a-z0-9].*==/gim)?.length ?? 0

/** `spark-0cc175b9…` is shown as spark. */
const nameOf = (id: string) => id.replace(/-[0-9a-f]{32}$/, '')

const logOf = ({ runDir }: Settings, id: string) => join(runDir, 'logs', `install-${nameOf(id)}.log`)
