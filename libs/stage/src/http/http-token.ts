import { hash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ApiConfig } from '../settings/env.ts'
import { isLoopback, type Guard } from './http-side.ts'

const shortest = 16

/**
 * Asks everybody for a token of HTTP_TOKEN_FILE. The file is read at each request: it is small, and a changed token counts at once. Each
 * of its lines is a token, so that an old one can go on until everybody has the new one.
 * @returns undefined when nobody is asked: that is for loopback alone
 * @throws Error when the file cannot be used, or there is none although others than this machine can ask
 */
export async function openGuard({
  HTTP_HOST: host,
  HTTP_TOKEN_FILE: file,
}: ApiConfig): Promise<Guard | undefined> {
  if (file !== undefined) {
    await tokensOf(file)
    return (authorization) => refusalOf(file, authorization)
  }
  if (isLoopback(host)) return undefined
  throw new Error(
    `HTTP_HOST is "${host}", where others than this machine can ask, and HTTP_TOKEN_FILE is not set: ` +
      'name a file with a token that callers must send, for example one that `openssl rand -hex 32` wrote, or listen on 127.0.0.1',
  )
}

async function refusalOf(file: string, authorization: string | undefined): Promise<string | undefined> {
  const [, given] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? []
  if (given === undefined) return 'this call needs a token: send the header "Authorization: Bearer <token>"'
  const matches = (await tokensOf(file)).map((token) => isSameToken(token, given))
  return matches.includes(true) ? undefined : 'the token is none that this stage knows'
}

/** In a time that says nothing of how much of it is right. */
const isSameToken = (one: string, other: string) => timingSafeEqual(digestOf(one), digestOf(other))
const digestOf = (text: string) => hash('sha256', text, 'buffer')

async function tokensOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`HTTP_TOKEN_FILE is "${file}", which cannot be read: ${(error as Error).message}`)
  })
  const tokens = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  if (tokens.length > 0 && tokens.every((token) => token.length >= shortest && /^[!-~]+$/.test(token)))
    return tokens
  throw new Error(
    `HTTP_TOKEN_FILE is "${file}", which has no usable token: expected one in a line, of ${shortest} or more letters, digits and signs without spaces`,
  )
}
