/**
 * Whether a name is like a pattern, which is given as what stands between its stars; a star is any text. In linear time: names and patterns may be
 * a stranger's.
 */
export function nameLike(parts: readonly string[]): (name: string) => boolean {
  const first = parts[0]!
  if (parts.length === 1) return (name) => name === first
  const last = parts.at(-1)!
  const between = parts.slice(1, -1)
  return (name) => {
    const end = name.length - last.length
    if (end < first.length || !name.startsWith(first) || !name.endsWith(last)) return false
    let at = first.length
    for (const part of between) {
      const found = name.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}
