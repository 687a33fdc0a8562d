import { TransientError } from '../health/failure.ts'
import { withoutQuery } from './variable-types.ts'

/** Who asks whom for tokens. */
export interface TokenClient {
  url: string
  id: string
  /** read for each use of a token */
  secret: () => string | Promise<string>
  /** beside the grant, such as `scope` */
  parameters: Record<string, string>
  /** where id and secret stand (RFC 6749, 2.3.1) */
  sendIn: 'header' | 'body'
  /** whose redirects are errors; ours where it is left out */
  fetch?: (url: string, init: RequestInit) => Promise<Response>
}

/** There is no token. `status` is that of the answer, if there was one; `cause` is what went wrong, if there was none. */
export class TokenError extends TransientError {
  readonly status: number | undefined

  constructor(message: string, { status, cause }: { status?: number; cause?: unknown }) {
    super(message, { cause })
    this.status = status
  }
}

export interface Tokens {
  /** @throws TokenError when there is none, and what the reading of the secret throws */
  get: () => Promise<string>
  /** Somebody refused it: nobody is given it again. */
  forget: (token: string) => void
}

/** A token is asked for anew when less than this is left of it: a connection must get through its beginning. */
const leewayMs = 30_000
const answerWithinMs = 10_000
/** No token that we know comes near. */
const largestAnswer = 64 * 1024

interface Asked {
  token: Promise<string>
  value?: string
  until: number
  secret: string
}

/**
 * Gets bearer tokens by client credentials (RFC 6749, 4.4). A token is used by all connections until shortly before it expires, our secret
 * changes or somebody refuses it, and those that open at once ask once. One without `expires_in` is used once.
 */
export function tokensOf(client: TokenClient): Tokens {
  let known: Asked | undefined
  return {
    get: async () => {
      const secret = await client.secret()
      if (known?.secret !== secret || Date.now() >= known.until) known = begin(client, secret)
      return known.token
    },
    forget: (token) => {
      if (known?.value === token) known = undefined
    },
  }
}

function begin(client: TokenClient, secret: string): Asked {
  const asked: Asked = { token: Promise.resolve(''), until: Infinity, secret }
  asked.token = ask(client, secret).then(
    ({ value, seconds }) => {
      Object.assign(asked, { value, until: Date.now() + seconds * 1000 - leewayMs })
      return value
    },
    (error: unknown) => {
      asked.until = 0
      throw error
    },
  )
  return asked
}

async function ask(client: TokenClient, secret: string): Promise<{ value: string; seconds: number }> {
  const { url, id, fetch: get = fetch } = client
  const signal = AbortSignal.timeout(answerWithinMs)
  const answer = await get(url, { method: 'POST', ...questionOf(client, secret), signal, redirect: 'error' })
    .then(async (response) => ({ response, fields: objectIn(await textOf(response)) }))
    .catch((error: unknown) => {
      const { message, cause } = error as Error
      const reason = (cause as Error | undefined)?.message ?? message
      throw new TokenError(`no token of ${withoutQuery(url)}: ${reason}`, { cause: error })
    })
  const { access_token: value, expires_in: seconds, error } = answer.fields
  const { ok, status } = answer.response
  if (ok && isToken(value)) return { value, seconds: secondsOf(seconds) }
  const reason = isCode(error, secret) ? error : 'without a usable access_token'
  throw new TokenError(`${withoutQuery(url)} gives ${id} no token: ${status} ${reason}`, { status })
}

/** RFC 6749, 5.2. Any other text may quote what was sent. */
const isCode = (error: unknown, secret: string): error is string =>
  typeof error === 'string' && /^[a-z0-9_.-]{1,64}$/i.test(error) && !error.includes(secret)

function questionOf({ id, parameters, sendIn }: TokenClient, secret: string) {
  const basic = Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64')
  const own: Record<string, string> = sendIn === 'body' ? { client_id: id, client_secret: secret } : {}
  return {
    body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters, ...own }),
    headers: {
      accept: 'application/json',
      ...(sendIn === 'header' ? { authorization: `Basic ${basic}` } : {}),
    },
  }
}

/** @throws Error when there is more than an answer can be */
async function textOf(response: Response): Promise<string> {
  const body = response.body as ReadableStream<Uint8Array> | null
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body ?? []) {
    bytes += part.length
    if (bytes > largestAnswer) throw new Error(`the answer has more than ${largestAnswer} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

/** Empty for everything else. */
function objectIn(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    return {}
  }
}

const isToken = (value: unknown): value is string => typeof value === 'string' && /^[!-~]+$/.test(value)

/** Some servers say it as a text. 0 for what is no time. */
function secondsOf(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' ? Number(expiresIn) : expiresIn
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : 0
}
