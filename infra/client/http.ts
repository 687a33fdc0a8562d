/** One question over HTTP, and its answer or the sentence why there is none. */
import { messageOf } from '../message-of.ts'

/** Where the API is, and what opens it; no token for one that listens on loopback without. */
export interface Api {
  readonly url: string
  readonly token?: string
}

/** Why a question was not answered. `status` is missing when nobody was there. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number | undefined

  constructor(message: string, status?: number) {
    super(message)
    this.status = status
  }
}

export interface Question {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  /** beyond the usual time, for an answer that is waited for */
  readonly waitSeconds?: number
}

const usualSeconds = 30

/** @throws ApiError with the server's sentence, or that nobody answers */
export async function ask<T>(api: Api, path: string, question: Question = {}): Promise<T> {
  const { url } = api
  const response = await fetch(`${url}${path}`, requestOf(api, question)).catch((error: unknown) => {
    throw new ApiError(`no ingestor answers at ${url} (${messageOf(error)})`)
  })
  const answer = await response.text()
  if (!response.ok)
    throw new ApiError(`${problemOf(answer) || path} (status ${response.status})`, response.status)
  try {
    return JSON.parse(answer) as T
  } catch {
    throw new ApiError(`${url}${path} answers no JSON: is it the ingestor?`, response.status)
  }
}

function requestOf({ token }: Api, question: Question): RequestInit {
  const { body, headers, waitSeconds = 0, method = body ? 'POST' : 'GET' } = question
  return {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    // a fraction of a millisecond is none that Node takes
    signal: AbortSignal.timeout(Math.ceil(1000 * (usualSeconds + waitSeconds))),
  }
}

interface Problem {
  readonly title?: string
  readonly detail?: string
  readonly errors?: readonly string[]
}

/** application/problem+json, or whatever came instead. */
function problemOf(answer: string): string {
  try {
    const { title, detail, errors = [] } = JSON.parse(answer) as Problem
    const sentence = [title, detail].filter(Boolean).join(': ')
    return sentence ? [sentence, ...errors].join('\n  ') : answer
  } catch {
    return answer
  }
}
