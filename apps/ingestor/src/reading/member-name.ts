/** What systems put beside files. */
const isLitter = (path: string): boolean =>
  path.endsWith('/') || path.startsWith('__MACOSX/') || path.split('/').at(-1)!.startsWith('.')

/** Whether a member of an archive is the file that is meant: any that is a file, or those that a pattern names. */
export function isMember(path: string, pattern: string | undefined): boolean {
  if (isLitter(path)) return false
  if (pattern === undefined) return true
  const [steps, wanted] = [path.split('/'), pattern.split('/')]
  return steps.length === wanted.length && steps.every((step, i) => isLike(step, wanted[i]!))
}

/** `*` is any text, each other character itself. In linear time: the names are a stranger's. */
function isLike(step: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return step === pattern
  if (!step.startsWith(first) || step.length < first.length + last.length || !step.endsWith(last))
    return false
  let at = first.length
  const end = step.length - last.length
  for (const part of rest) {
    const found = step.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}
