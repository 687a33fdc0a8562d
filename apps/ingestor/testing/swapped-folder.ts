import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { openSource } from '../src/sources/open-source.ts'
import { SourceError } from '../src/source-error.ts'

/** Makes the folder `in` a link to the folder outside and back again, as fast as it can, while its parent lives. */
const swap = `
  const { renameSync } = require('node:fs')
  process.stdout.write('swapping')
  for (const parent = process.ppid; process.ppid === parent;) {
    renameSync('in', 'away'); renameSync('link', 'in'); renameSync('in', 'link'); renameSync('away', 'in')
  }`

/**
 * Opens a file in a folder that another process swaps for a link meanwhile. Returns how often it read what: `inside`,
 * `a secret`, or why nothing.
 */
export async function readWhileSwapped(tries: number): Promise<Map<string, number>> {
  const base = mkdtempSync(join(tmpdir(), 'dsf-swap-'))
  const root = layFolders(base)
  const swapper = spawn(process.execPath, ['-e', swap], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => swapper.once('exit', resolve))
  try {
    await new Promise((resolve) => swapper.stdout.once('data', resolve))
    const seen = new Map<string, number>()
    for (let i = 0; i < tries; i++) {
      const what = await read(root)
      seen.set(what, (seen.get(what) ?? 0) + 1)
    }
    return seen
  } finally {
    swapper.kill('SIGKILL')
    await ended
    rmSync(base, { recursive: true })
  }
}

function layFolders(base: string): string {
  const [root, outside] = [join(base, 'root'), join(base, 'outside')]
  for (const folder of [join(root, 'in'), outside]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(root, 'in', 'a.csv'), 'inside')
  writeFileSync(join(outside, 'a.csv'), 'a secret')
  symlinkSync(outside, join(root, 'link'))
  return root
}

async function read(root: string): Promise<string> {
  const url = pathToFileURL(join(root, 'in', 'a.csv')).href
  const pace = { maxSeconds: 60, minBytesPerSecond: 0 }
  try {
    return await text((await openSource(url, { allow: [], roots: [root], maxBytes: 100, pace })).stream)
  } catch (error) {
    if (error instanceof SourceError) return error.message.replace(/.*?(?=is refused|does not exist)/, '')
    throw error
  }
}
