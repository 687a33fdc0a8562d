import { readFileSync } from 'node:fs'

/** What opens an API with tokens: the first one of HTTP_TOKEN_FILE; undefined where that is not set. */
export function readToken(file = process.env['HTTP_TOKEN_FILE']): string | undefined {
  return file ? readFileSync(file, 'utf8').trim().split(/\s+/)[0] : undefined
}
