/** The repository as files, for tests that read it. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')
/** Empty when the file is missing: the test that asks for the file says so. */
export const read = (path: string) =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : ''
export const json = (path: string) => JSON.parse(read(path))
export const lines = (text: string) => text.trimEnd().split('\n')
export const words = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!)

/** Tracked files and new ones, without the ignored. */
export const files = lines(
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  }),
).filter((path) => existsSync(join(root, path)))
export const sources = files.filter((path) => path.endsWith('.ts'))
export const documents = files.filter((path) => path.endsWith('.md'))
