import { getCACertificates } from 'node:tls'
import type { Dataset } from '@dsf/dataset'
import { TokenError, tokensOf, type Tokens } from '@dsf/stage'
import { fetch as fetchWith } from 'undici'
import { sourceAgent } from './source-agent.ts'
import { usualTimeouts } from './source-client.ts'
import { SourceError } from '../source-error.ts'
import { secretsIn, withSecrets } from './source-secrets.ts'

interface Reach {
  allow: readonly string[]
  proxy?: (() => string) | undefined
  /** folder of the secrets */
  secrets?: string | undefined
  signal?: AbortSignal
}

/** The tokens of one fetch: its first use asks for one, and others only once that has expired or was refused. */
export function sourceTokens({ source: { oauth, ca } }: Dataset, reach: Reach): Tokens | undefined {
  if (!oauth) return undefined
  const { tokenUrl: url, clientId: id, clientSecret, scope, parameters, sendIn } = oauth
  const tokens = tokensOf({
    ...{ url, id, sendIn, parameters: { ...(scope === undefined ? {} : { scope }), ...parameters } },
    secret: () => withSecrets(clientSecret, reach.secrets, (value) => value),
    fetch: async (to, init) => guardedFetch(to, init, reach, await trustedBy(ca, reach)),
  })
  const get = () =>
    tokens.get().catch((error: unknown) => {
      throw failureOf(error)
    })
  return { ...tokens, get }
}

/** Those of whom the source is: and the world, because the server of tokens may be another one. */
const trustedBy = async (ca: string | undefined, { secrets }: Reach): Promise<string[] | undefined> =>
  ca === undefined
    ? undefined
    : [...getCACertificates('default'), await secretsIn(ca, secrets, { isText: true })]

/** A token is asked for where a source may be, and with the same care. */
async function guardedFetch(
  url: string,
  init: RequestInit,
  reach: Reach,
  ca: string[] | undefined,
): Promise<Response> {
  const agent = sourceAgent({ ...reach, ca, timeout: usualTimeouts.connect })
  const signals = [init.signal, reach.signal].filter((signal) => signal instanceof AbortSignal)
  try {
    const asked = { ...(init as object), signal: AbortSignal.any(signals), dispatcher: agent }
    return await fetchWith(url, asked)
  } finally {
    // once the answer is read; what of it is never read ends with the signal
    agent.close().catch(() => undefined)
  }
}

/** Whether asking again may help is for the one who refuses to say: a client that is not known stays so. */
function failureOf(error: unknown): unknown {
  if (!(error instanceof TokenError)) return error
  const { status, message } = error
  const refusal = causesOf(error).find((cause) => cause instanceof SourceError)
  const isPassing = status === undefined || status >= 500 || status === 408 || status === 429
  return new SourceError(message, { transient: refusal?.transient ?? isPassing, cause: error })
}

function causesOf(error: Error): unknown[] {
  const { cause } = error
  return cause instanceof Error ? [cause, ...causesOf(cause)] : []
}
