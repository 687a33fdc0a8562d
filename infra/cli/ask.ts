import { messageOf } from '../local/errors.ts'
import { problemOf } from '../local/follow-run.ts'
import { bearer } from '../local/token.ts'

/** One question over HTTP. @throws Error with the server's sentence, or with what to look at when there is no server */
export async function ask<T = unknown>(
  url: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<T> {
  const request = body && { method: 'POST', body: JSON.stringify(body) }
  const kind: Record<string, string> = body ? { 'content-type': 'application/json' } : {}
  const signal = AbortSignal.timeout(60_000)
  const response = await fetch(`${url}${path}`, {
    ...request,
    headers: { ...kind, ...bearer(), ...headers },
    signal,
  }).catch((error: unknown) => {
    throw new Error(
      `no ingestor answers at ${url} (${messageOf(error)}); say where it is with --url or INGESTOR_URL`,
    )
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`${problemOf(answer) || path} (status ${response.status})`)
  try {
    return JSON.parse(answer) as T
  } catch {
    throw new Error(`${url}${path} answers no JSON: is it the ingestor?`)
  }
}
