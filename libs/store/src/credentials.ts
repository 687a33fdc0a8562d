import { FatalError, LiveAgent, secretOf, tokenOf, type Secret } from '@dsf/stage'
import type { ClientOptions } from 'minio'
import type { StoreConfig } from './env.ts'
import { keysOf } from './web-identity.ts'

type Provider = NonNullable<ClientOptions['credentialsProvider']>

/** Who we are for an object store. The client asks before each request. */
export interface Identity {
  provider: Provider
  /** a refusal is waited for: a file that changes, or a token that is lent anew, mends it */
  isMendable: boolean
}

/** @throws FatalError when variables are missing, or do not fit together */
export function identityOf(config: StoreConfig): Identity {
  const access = tokenOf(config, 'S3_ACCESS_KEY')
  const secret = secretOf(config, 'S3_SECRET_KEY')
  const session = tokenOf(config, 'S3_SESSION_TOKEN')
  const token = tokenOf(config, 'AWS_WEB_IDENTITY_TOKEN')
  if (token && !access && !secret) return { provider: lentBy(config, token), isMendable: true }
  if (!access || !secret)
    throw new FatalError(
      'the object store asks who we are: set S3_ACCESS_KEY and S3_SECRET_KEY, or each with _FILE, or AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN',
    )
  const provider = providerOf(async () => ({
    access: access.read(),
    secret: secret.read(),
    session: session?.read(),
  }))
  return { provider, isMendable: access.isFromFile || secret.isFromFile }
}

function lentBy(config: StoreConfig, token: Secret): Provider {
  const { AWS_ROLE_ARN: role, AWS_REGION: region, AWS_ROLE_SESSION_NAME: session } = config
  if (role === undefined) throw new FatalError('AWS_WEB_IDENTITY_TOKEN_FILE is set: set AWS_ROLE_ARN, too')
  const usual = region === undefined ? 'sts.amazonaws.com' : `sts.${region}.amazonaws.com`
  const domain = region?.startsWith('cn-') ? '.cn' : ''
  return providerOf(
    keysOf({ url: config.AWS_ENDPOINT_URL_STS ?? `https://${usual}${domain}`, role, session, token }),
  )
}

interface Keys {
  access: string
  secret: string
  session: string | undefined
}

/** The client asks a provider for these alone; the class that its types want is not exported. */
const providerOf = (read: () => Promise<Keys>): Provider =>
  ({
    getCredentials: async () => {
      const { access, secret, session } = await read()
      return { getAccessKey: () => access, getSecretKey: () => secret, getSessionToken: () => session }
    },
  }) as unknown as Provider

/** Undefined where the certificates that Node brings are enough. */
export function agentOf({ S3_CA_FILE: file }: StoreConfig): LiveAgent | undefined {
  return file === undefined ? undefined : new LiveAgent({ ca: ['S3_CA_FILE', file] })
}

/** What each upload says of how it is to be kept. */
export function encryptionOf({ S3_SSE: wanted }: StoreConfig): Record<string, string> {
  if (wanted === 'none') return {}
  const [, key] = /^aws:kms:(.+)$/.exec(wanted) ?? []
  return {
    'x-amz-server-side-encryption': key === undefined ? wanted : 'aws:kms',
    ...(key === undefined ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': key }),
  }
}
