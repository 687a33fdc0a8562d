import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSource } from './open-source.ts'
import { SourceError } from './source-error.ts'

/** A goal of 0 in 1,000,000: `RACE_TRIES=1000000` tries as often, in some minutes. */
const tries = Number(process.env['RACE_TRIES'] ?? 4000)
const base = mkdtempSync(join(tmpdir(), 'dsf-swap-'))
const [root, outside] = [join(base, 'root'), join(base, 'outside')]
let swapper: ChildProcess

/** Makes the folder `in` a link to the folder outside and back again, as fast as it can. */
const swap = `
  const { renameSync } = require('node:fs')
  process.chdir(${JSON.stringify(root)})
  process.stdout.write('swapping')
  const end = Date.now() + 3_600_000
  while (Date.now() < end && process.ppid !== 1) {
    renameSync('in', 'away'); renameSync('link', 'in'); renameSync('in', 'link'); renameSync('away', 'in')
  }`

beforeAll(async () => {
  for (const folder of [join(root, 'in'), outside]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(root, 'in', 'a.csv'), 'inside')
  writeFileSync(join(outside, 'a.csv'), 'a secret')
  symlinkSync(outside, join(root, 'link'))
  swapper = spawn(process.execPath, ['-e', swap], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => swapper.stdout!.once('data', resolve))
})
afterAll(async () => {
  const ended = new Promise((resolve) => swapper.once('exit', resolve))
  swapper.kill('SIGKILL')
  await ended
  rmSync(base, { recursive: true })
})

const url = pathToFileURL(join(root, 'in', 'a.csv')).href
const read = async (): Promise<string> => {
  try {
    const pace = { maxSeconds: 60, minBytesPerSecond: 0 }
    return await text((await openSource(url, { allow: [], roots: [root], maxBytes: 100, pace })).stream)
  } catch (error) {
    if (error instanceof SourceError) return error.message.replace(/.*?(?=is refused|does not exist)/, '')
    throw error
  }
}

it(
  'reads what was checked, or nothing, however often its folder becomes a link to another one',
  { timeout: 60_000 + tries * 5 },
  async () => {
    const seen = new Map<string, number>()
    for (let i = 0; i < tries; i++) {
      const what = await read()
      seen.set(what, (seen.get(what) ?? 0) + 1)
    }
    expect(seen.get('a secret') ?? 0).toBe(0)
    expect(seen.get('inside')).toBeGreaterThan(0)
  },
)
