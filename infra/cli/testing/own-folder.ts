import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder of the tests of a file, which goes with them. */
export function ownFolder() {
  const path = mkdtempSync(join(tmpdir(), 'dsf-'))
  afterAll(() => rmSync(path, { recursive: true }))
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(join(path, name), content)
    return join(path, name)
  }
  return { path, write }
}
