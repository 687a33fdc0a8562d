import { FatalError, TransientError } from './failure.ts'
import type { KafkaSettings } from './kafka-variables.ts'
import { secretOf, type Secret } from './secret.ts'
import { withoutQuery } from './variable-types.ts'

export interface Tokens {
  /** @throws TransientError when there is none */
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
 * @throws FatalError when a variable is missing
 */
export function tokensOf(config: KafkaSettings): Tokens {
  const client = clientOf(config)
  let known: Asked | undefined
  return {
    get: async () => {
      const secret = client.secret.read()
      if (known?.secret !== secret || Date.now() >= known.until) known = begin(client, secret)
      return known.token
    },
    forget: (token) => {
      if (known?.value === token) known = undefined
    },
  }
}

function begin(client: Client, secret: string): Asked {
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

interface Client {
  url: string
  id: string
  secret: Secret
  scope: string | undefined
}

function clientOf(config: KafkaSettings): Client {
  const { KAFKA_OAUTH_TOKEN_URL: url, KAFKA_OAUTH_CLIENT_ID: id, KAFKA_OAUTH_SCOPE: scope } = config
  const secret = secretOf(config, 'KAFKA_OAUTH_CLIENT_SECRET')
  if (url === undefined || id === undefined || secret === undefined)
    throw new FatalError(
      'KAFKA_SASL_MECHANISM is OAUTHBEARER: set KAFKA_OAUTH_TOKEN_URL, KAFKA_OAUTH_CLIENT_ID, and KAFKA_OAUTH_CLIENT_SECRET or KAFKA_OAUTH_CLIENT_SECRET_FILE',
    )
  return { url, id, secret, scope }
}

async function ask({ url, id, scope }: Client, secret: string): Promise<{ value: string; seconds: number }> {
  const basic = Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64')
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) })
  const headers = { authorization: `Basic ${basic}`, accept: 'application/json' }
  const signal = AbortSignal.timeout(answerWithinMs)
  const answer = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'error' })
    .then(async (response) => ({ response, told: objectIn(await textOf(response)) }))
    .catch((error: unknown) => {
      const { message, cause } = error as Error
      throw new TransientError(
        `no token of ${withoutQuery(url)}: ${(cause as Error | undefined)?.message ?? message}`,
      )
    })
  const { access_token: value, expires_in: seconds, error } = answer.told
  if (answer.response.ok && isToken(value)) return { value, seconds: secondsOf(seconds) }
  const reason = typeof error === 'string' ? error.slice(0, 200) : 'without a usable access_token'
  throw new TransientError(`${withoutQuery(url)} gives ${id} no token: ${answer.response.status} ${reason}`)
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
function secondsOf(told: unknown): number {
  const seconds = typeof told === 'string' ? Number(told) : told
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : 0
}
