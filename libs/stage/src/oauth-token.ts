import { FatalError, TransientError } from './failure.ts'
import type { KafkaSettings } from './kafka-variables.ts'
import { secretOf, type Secret } from './secret.ts'
import { withoutQuery } from './variable-types.ts'

interface Token {
  value: string
}

/** A token is asked for anew when less than this is left of it: a connection must get through its beginning. */
const leewayMs = 30_000
const answerWithinMs = 10_000

/**
 * Gets bearer tokens by client credentials (RFC 6749, 4.4). A token is used by all connections until shortly before it expires, and
 * those that open at once ask once. One without `expires_in` is used once.
 * @throws FatalError when a variable is missing
 */
export function tokenProvider(config: KafkaSettings): () => Promise<Token> {
  const { KAFKA_OAUTH_TOKEN_URL: url, KAFKA_OAUTH_CLIENT_ID: id, KAFKA_OAUTH_SCOPE: scope } = config
  const secret = secretOf(config, 'KAFKA_OAUTH_CLIENT_SECRET')
  if (url === undefined || id === undefined || secret === undefined)
    throw new FatalError(
      'KAFKA_SASL_MECHANISM is OAUTHBEARER: set KAFKA_OAUTH_TOKEN_URL, KAFKA_OAUTH_CLIENT_ID, and KAFKA_OAUTH_CLIENT_SECRET or KAFKA_OAUTH_CLIENT_SECRET_FILE',
    )
  let known: { token: Promise<Token>; until: number } | undefined
  return () => {
    if (known && Date.now() < known.until) return known.token
    const asked = { token: Promise.resolve({ value: '' }), until: Infinity }
    asked.token = ask(url, { id, secret, scope }).then(
      ({ value, seconds }) => {
        asked.until = Date.now() + seconds * 1000 - leewayMs
        return { value }
      },
      (error: unknown) => {
        asked.until = 0
        throw error
      },
    )
    known = asked
    return asked.token
  }
}

interface Client {
  id: string
  secret: Secret
  scope: string | undefined
}

async function ask(url: string, { id, secret, scope }: Client): Promise<{ value: string; seconds: number }> {
  const basic = Buffer.from([id, secret.read()].map(encodeURIComponent).join(':')).toString('base64')
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) })
  const headers = { authorization: `Basic ${basic}`, accept: 'application/json' }
  const signal = AbortSignal.timeout(answerWithinMs)
  const answer = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'error' }).catch(
    (error: unknown) => {
      const { message, cause } = error as Error
      throw new TransientError(
        `no token of ${withoutQuery(url)}: ${(cause as Error | undefined)?.message ?? message}`,
      )
    },
  )
  const told = (await answer.json().catch(() => ({}))) as Record<string, unknown>
  const { access_token: value, expires_in: seconds, error } = told
  if (!answer.ok || typeof value !== 'string')
    throw new TransientError(
      `${withoutQuery(url)} gives ${id} no token: ${answer.status} ${typeof error === 'string' ? error : ''}`,
    )
  return { value, seconds: typeof seconds === 'number' ? seconds : 0 }
}
