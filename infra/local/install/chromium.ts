/**
 * The browser that takes pictures of dashboards and that tests look through. It comes inside an npm package, pinned and checked like all
 * others, so that it needs neither root nor apt: what it links beside the C library, libnss3, is there with Java.
 */
import { execFileSync } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { StackError } from '../errors.ts'
import { step } from '../say.ts'
import type { Settings } from '../settings.ts'
import { cached } from './cache.ts'
import { findProgram } from './tool.ts'

const packageOf = (root: string) => join(root, 'node_modules/@sparticuz/chromium')
const installed = ['chromium', 'chromium-browser', 'google-chrome']

/**
 * Resolves with the program: the package's own, or one of the machine where that does not run, as on another processor.
 * @throws StackError with the way out
 */
export async function installChromium(settings: Pick<Settings, 'root' | 'cacheDir'>): Promise<string> {
  const own = await unpacked(settings)
  const trouble = troubleWith(own)
  const found = trouble === undefined ? own : installed.map(findProgram).find(Boolean)
  if (found) return found
  throw new StackError(
    `Chromium does not run here (${trouble}). On Debian: apt-get install libnss3 for ours, or chromium.`,
  )
}

/** Unpacked by ourselves: the package would do it into a folder that everybody may write. */
async function unpacked({ root, cacheDir }: Pick<Settings, 'root' | 'cacheDir'>): Promise<string> {
  const folder = packageOf(root)
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }
  const unpack = (target: string) =>
    pipeline(
      createReadStream(join(folder, 'bin/chromium.br')),
      createBrotliDecompress(),
      createWriteStream(join(target, 'chromium'), { mode: 0o755 }),
    )
  const cache = await cached(cacheDir, `chromium-${version}`, (target) =>
    step('chromium', 'unpacking', () => unpack(target)),
  )
  return join(cache, 'chromium')
}

/** What a missing library or another processor says. */
function troubleWith(program: string): string | undefined {
  try {
    execFileSync(program, ['--version'], { stdio: 'pipe', timeout: 30_000 })
    return undefined
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer }
    return (stderr?.toString().trim() || message).split('\n')[0]
  }
}
