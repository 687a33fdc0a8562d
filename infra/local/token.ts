import { readFileSync } from 'node:fs'

/** The header that an API with tokens asks for: with the first one of HTTP_TOKEN_FILE, and none where that is not set. */
export function bearer(file = process.env['HTTP_TOKEN_FILE']): Record<string, string> {
  if (!file) return {}
  const [token = ''] = readFileSync(file, 'utf8').trim().split(/\s+/)
  return { authorization: `Bearer ${token}` }
}
