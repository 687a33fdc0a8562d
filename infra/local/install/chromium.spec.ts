import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { installChromium } from './chromium.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dsf-chromium-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})

/** A checkout whose package has a program of ours in the place of the browser, and its cache. */
function checkout(script: string) {
  const bin = join(root, 'node_modules/@sparticuz/chromium/bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, '../package.json'), '{"version":"1.2.3"}')
  writeFileSync(join(bin, 'chromium.br'), brotliCompressSync(`#!/bin/sh\n${script}\n`))
  return { root, cacheDir: join(root, 'cache') }
}

it('is the one of the package, unpacked into the cache', async () => {
  const settings = checkout('echo Chromium 1.2.3')
  const found = await installChromium(settings)
  expect(found).toBe(join(root, 'cache/chromium-1.2.3/chromium'))
  expect(await installChromium(settings)).toBe(found)
})

/** A browser that is in the cache and does not run, on a machine that has only the programs in a folder of its own. */
async function withoutOurs() {
  const settings = checkout('echo "libnss3.so: cannot open shared object file" >&2; exit 127')
  await installChromium(settings).catch(() => undefined)
  const programs = join(root, 'programs')
  mkdirSync(programs)
  vi.stubEnv('PATH', programs)
  return { settings, programs }
}

it('is one of the machine where ours does not run', async () => {
  const { settings, programs } = await withoutOurs()
  writeFileSync(join(programs, 'chromium'), '#!/bin/sh\n')
  chmodSync(join(programs, 'chromium'), 0o755)
  expect(await installChromium(settings)).toBe(join(programs, 'chromium'))
})

it('or else a sentence that says what is missing and how to get it', async () => {
  const { settings } = await withoutOurs()
  await expect(installChromium(settings)).rejects.toThrow(
    'Chromium does not run here (libnss3.so: cannot open shared object file). On Debian: apt-get install libnss3 for ours, or chromium.',
  )
})
