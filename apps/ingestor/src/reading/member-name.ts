import { nameLike } from './name-like.ts'

/** What systems put beside files. */
const isLitter = (path: string): boolean =>
  path.endsWith('/') || path.startsWith('__MACOSX/') || path.split('/').at(-1)!.startsWith('.')

/** Whether a member of an archive is the file that is meant: any that is a file, or those that a pattern names. */
export function isMember(path: string, pattern: string | undefined): boolean {
  if (isLitter(path)) return false
  if (pattern === undefined) return true
  const [steps, wanted] = [path.split('/'), pattern.split('/')]
  return steps.length === wanted.length && steps.every((step, i) => nameLike(wanted[i]!.split('*'))(step))
}
