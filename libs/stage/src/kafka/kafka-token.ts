import { FatalError } from '../health/failure.ts'
import type { KafkaSettings } from '../settings/kafka-variables.ts'
import { tokensOf, type Tokens } from '../settings/oauth-token.ts'
import { secretOf } from '../settings/secret.ts'

/**
 * The tokens by which a broker knows us.
 * @throws FatalError when a variable is missing
 */
export function kafkaTokens(config: KafkaSettings): Tokens {
  const { KAFKA_OAUTH_TOKEN_URL: url, KAFKA_OAUTH_CLIENT_ID: id, KAFKA_OAUTH_SCOPE: scope } = config
  const secret = secretOf(config, 'KAFKA_OAUTH_CLIENT_SECRET')
  if (url === undefined || id === undefined || secret === undefined)
    throw new FatalError(
      'KAFKA_SASL_MECHANISM is OAUTHBEARER: set KAFKA_OAUTH_TOKEN_URL, KAFKA_OAUTH_CLIENT_ID, and KAFKA_OAUTH_CLIENT_SECRET or KAFKA_OAUTH_CLIENT_SECRET_FILE',
    )
  const parameters = scope ? { scope } : undefined
  return tokensOf({ url, id, secret: secret.read, parameters: { ...parameters }, sendIn: 'header' })
}
