import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../settings.ts'

/** The Node that package.json pins, whatever runs us: the one of Debian 12 is out of support. */
export function nodeProgram({ root }: Pick<Settings, 'root'>): string {
  const pinned = join(root, 'node_modules/node/bin/node')
  return existsSync(pinned) ? pinned : process.execPath
}
