import type { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import type { CommonConfig } from '../settings/env.ts'
import { DatasetError, FatalError, TransientError } from '../health/failure.ts'
import { secretOf, tokenOf, type Secret } from '../settings/secret.ts'
import { LiveAgent } from '../settings/tls.ts'

/** How the registry is reached beside its URL. */
export interface RegistryAccess {
  /** of subjects */
  prefix?: string
  /** what a request says of who asks, read for each of them; undefined when nobody is asked */
  authorization?: (() => string) | undefined
  agent?: LiveAgent | undefined
  /** a refusal is waited for: a file that changes mends it */
  isMendable?: boolean
}

/** @throws FatalError when variables do not fit together */
export function registryAccess(config: CommonConfig): RegistryAccess {
  const { SCHEMA_REGISTRY_USERNAME: user, SCHEMA_REGISTRY_PREFIX: prefix = config.KAFKA_PREFIX } = config
  const password = secretOf(config, 'SCHEMA_REGISTRY_PASSWORD')
  const token = tokenOf(config, 'SCHEMA_REGISTRY_TOKEN')
  if (token && (user !== undefined || password))
    throw new FatalError(
      'SCHEMA_REGISTRY_TOKEN and SCHEMA_REGISTRY_USERNAME are both set: leave one of them out',
    )
  if ((user === undefined) !== (password === undefined))
    throw new FatalError(
      'SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD go together: set both or none',
    )
  return {
    prefix,
    authorization: authorizationOf(user, password, token),
    agent: agentOf(config),
    isMendable: (password ?? token)?.isFromFile ?? false,
  }
}

function authorizationOf(
  user: string | undefined,
  password: Secret | undefined,
  token: Secret | undefined,
): (() => string) | undefined {
  if (token) return () => `Bearer ${token.read()}`
  if (user === undefined || !password) return undefined
  return () => `Basic ${Buffer.from(`${user}:${password.read()}`).toString('base64')}`
}

function agentOf(config: CommonConfig): LiveAgent | undefined {
  const {
    SCHEMA_REGISTRY_CA_FILE: ca,
    SCHEMA_REGISTRY_CERT_FILE: cert,
    SCHEMA_REGISTRY_KEY_FILE: key,
  } = config
  if ((cert === undefined) !== (key === undefined))
    throw new FatalError(
      'SCHEMA_REGISTRY_CERT_FILE and SCHEMA_REGISTRY_KEY_FILE go together: set both or none',
    )
  if (ca === undefined && cert === undefined) return undefined
  return new LiveAgent({
    ca: ['SCHEMA_REGISTRY_CA_FILE', ca],
    cert: ['SCHEMA_REGISTRY_CERT_FILE', cert],
    key: ['SCHEMA_REGISTRY_KEY_FILE', key],
  })
}

/** The client's own calls, which its types hide: they say who we are, and by our agent. */
export interface WithApi {
  api: { Subject: { updateConfig: (call: { subject: string; body: object }) => Promise<unknown> } }
}

type Middleware = NonNullable<ConstructorParameters<typeof SchemaRegistry>[0]['middlewares']>[number]

export const sayingWho =
  (authorization: () => string): Middleware =>
  () => ({
    prepareRequest: async (next) => (await next()).enhance({ headers: { authorization: authorization() } }),
  })

/**
 * The client's errors are untyped: what has a 4xx status is an answer, everything else is a registry that is away. So is
 * 400, which no registry answers, but the client's HTTP library says of a connection that failed.
 */
export function registryError(url: string, what: string, error: unknown, isMendable: boolean): Error {
  if (error instanceof TransientError) return error
  const { status, message: whole } = error as { status?: number; message: string }
  // whoever stands before the registry answers with a page
  const message = whole.replace(/<(?:!doctype|html)\b[^]*$/i, 'a page of HTML')
  const Kind = kindOf(status, isMendable)
  const refused = `the schema registry at ${url} refused the ${what}: ${message}`
  return new Kind(Kind === TransientError ? `schema registry at ${url}, ${what}: ${message}` : refused, {
    cause: error,
  })
}

/** Who is not let in at all is let in for no dataset; a right that is missing (403) is one of a subject, so of one dataset. */
function kindOf(status: number | undefined, isMendable: boolean) {
  if (status === 401) return isMendable ? TransientError : FatalError
  const isAnswer = status !== undefined && status > 400 && status < 500 && status !== 408 && status !== 429
  return isAnswer ? DatasetError : TransientError
}
