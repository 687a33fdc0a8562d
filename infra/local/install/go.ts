/** Compiles a Go program from its module: minutes, but only once per version and machine. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf, StackError } from '../errors.ts'
import { step } from '../say.ts'
import type { Settings } from '../settings.ts'
import { cached } from './cache.ts'
import { requireProgram, runTool } from './tool.ts'

interface GoPin {
  readonly module: string
  readonly version: string
  readonly sum: string
}

const wayOut = 'Check that this machine reaches the Go module proxy (go env GOPROXY), then run make up again.'

export function installFromGo(settings: Settings, name: string, pin: GoPin): Promise<string> {
  return cached(settings.cacheDir, `${name}-${pin.version}`, async (folder) => {
    requireProgram('go', `it compiles ${name}`, 'golang-go')
    await step(name, `downloading ${pin.module}@${pin.version}`, () => requireSum(pin))
    await runTool({
      name,
      what: `compiling ${name} (about 5 minutes on 2 cores, only this once)`,
      program: 'go',
      // without symbols: a third smaller, and nobody debugs it here
      args: ['install', '-v', '-trimpath', '-ldflags', '-s -w', `${pin.module}@${pin.version}`],
      env: { GOBIN: folder, CGO_ENABLED: '0' },
      log: join(settings.runDir, 'logs', `install-${name}.log`),
      wayOut,
    })
  })
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
