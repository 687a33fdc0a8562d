/** A server that will be back: the lane waits and tries again. The message says which one and what it answered. */
export class TransientError extends Error {
  override name = 'TransientError'
}

/** A situation that only a person can mend; it ends the process with its message. */
export class FatalError extends Error {
  override name = 'FatalError'
}

export type FailureKind = 'transient' | 'fenced' | 'fatal'

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

/** Another producer took over our transactional id, or the coordinator gave up on our transaction. */
const fencedTypes = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'UNKNOWN_PRODUCER_ID',
])

/** Errors of Kafka that no retry mends: they name a wrong configuration or a wrong program. */
const permanentTypes = new Set([
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_TRANSACTION_TIMEOUT',
  'CORRUPT_MESSAGE',
])

interface Failing {
  name?: string
  type?: string
  code?: string
  cause?: unknown
}

/** Decides by class and code, never by the text of a message. Follows `cause`, where clients put what really happened. */
export function classify(error: unknown): FailureKind {
  for (let cause = error as Failing | undefined; cause; cause = cause.cause as Failing | undefined) {
    const kind = ownKind(cause)
    if (kind) return kind
  }
  return isKafkaError(error) ? 'transient' : 'fatal'
}

function ownKind(error: Failing): FailureKind | undefined {
  if (error instanceof TransientError) return 'transient'
  if (error instanceof FatalError) return 'fatal'
  if (fencedTypes.has(error.type ?? '')) return 'fenced'
  if (permanentTypes.has(error.type ?? '')) return 'fatal'
  return networkCodes.has(error.code ?? '') ? 'transient' : undefined
}

function isKafkaError(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS')
}

/** Milliseconds before try number `attempt` (from 0): doubling from 200 ms to 10 s, with jitter so that lanes spread. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.min(10_000, 200 * 2 ** Math.min(attempt, 10)) * (0.5 + random() / 2)
}

/** Retries while the failure is transient. `waiting` hears each failure, so that readiness can tell the reason. */
export async function untilItWorks<T>(
  work: () => Promise<T>,
  waiting: (error: Error) => void,
  stopping = () => false,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (classify(error) === 'fatal' || stopping()) throw error
      waiting(error as Error)
      await new Promise((resolve) => setTimeout(resolve, backoff(attempt)))
    }
  }
}
