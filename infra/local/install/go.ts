/** Compiles a Go program from its module: minutes, but only once per version and machine. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { StackError } from '../errors.ts'
import { messageOf } from '../../message-of.ts'
import { step } from '../say.ts'
import type { Settings } from '../settings.ts'
import { cached } from './cache.ts'
import { requireProgram, runQuietly, textOf, type ToolRun } from './tool.ts'

interface GoPin {
  readonly module: string
  readonly version: string
  readonly sum: string
  /** How many packages are compiled, about: they differ with the version of Go. */
  readonly packages: number
}

const wayOut = 'Check that this machine reaches the Go module proxy (go env GOPROXY), then run make up again.'

export function installFromGo(settings: Settings, name: string, pin: GoPin): Promise<string> {
  const log = join(settings.runDir, 'logs', `install-${name}.log`)
  return cached(settings.cacheDir, `${name}-${pin.version}`, async (folder) => {
    requireProgram('go', `it compiles ${name}`, 'golang-go')
    const compile = async () => {
      await requireSum(pin)
      await runQuietly(compilation(name, pin, folder, log))
    }
    await step(name, 'compiling (minutes, only this once)', compile, () =>
      compiled(textOf(log), pin.packages),
    )
  })
}

const compilation = (name: string, { module, version }: GoPin, folder: string, log: string): ToolRun => ({
  ...{ name, what: 'compiling', program: 'go', log, wayOut },
  // nobody debugs it here: without symbols it is a third smaller, and without making them compiled in four fifths of the time
  args: [
    'install',
    '-v',
    '-trimpath',
    '-ldflags',
    '-s -w',
    '-gcflags',
    'all=-dwarf=false',
    `${module}@${version}`,
  ],
  env: { GOBIN: folder, CGO_ENABLED: '0' },
})

/** Of `go install -v`, which names each package that it compiles, and each module that it fetches before. */
function compiled(log: string, of: number): string {
  const names = log.split('\n').filter((line) => line !== '')
  const fetched = names.filter((line) => line.startsWith('go: ')).length
  const done = names.length - fetched
  return done === 0 ? `${fetched} modules fetched` : `${done} of about ${of} packages`
}

/** Go's checksum database vouches for the dependencies; the module itself we pin. */
async function requireSum({ module, version, sum }: GoPin): Promise<void> {
  const found = await downloadedSum(`${module}@${version}`)
  if (found === sum) return
  throw new StackError(
    `The Go module ${module}@${version} has the checksum ${found}, but infra/local/versions.ts pins ${sum}. ` +
      'If you changed the version on purpose, pin the new checksum there; if not, do not trust this module proxy.',
  )
}

async function downloadedSum(module: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', module], { cwd: '/' })
    return (JSON.parse(stdout) as { Sum: string }).Sum
  } catch (error) {
    throw new StackError(
      `The Go module ${module} could not be downloaded: ${messageOf(error).trim()}. ${wayOut}`,
    )
  }
}
