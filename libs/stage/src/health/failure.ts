/** A server that will be back: the lane waits and tries again. The message says which one and what it answered. */
export class TransientError extends Error {
  override name = 'TransientError'
}

/** Rights, configuration, a server as a whole: only a person can mend it, and it ends the process with its message. */
export class FatalError extends Error {
  override name = 'FatalError'
}

/** What only a person can mend, and concerns one dataset: in a lane it parks that lane, and all others go on. */
export class DatasetError extends Error {
  override name = 'DatasetError'
}

export type FailureKind = 'transient' | 'fenced' | 'dataset' | 'fatal'

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

/** Errors of Kafka that no retry mends: they name a wrong configuration, missing rights, or a wrong program. */
const permanentTypes = new Set([
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'INVALID_TRANSACTION_TIMEOUT',
])

/** The same of a topic, a record or a transactional id: each of them belongs to one dataset. */
const datasetTypes = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
  'TOPIC_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
])

/** The process itself is at its end, whichever dataset was in work. */
const processCodes = new Set(['ERR_MEMORY_ALLOCATION_FAILED', 'ERR_WORKER_OUT_OF_MEMORY', 'EMFILE', 'ENFILE'])

interface Failing {
  name?: string
  type?: string
  code?: string
  cause?: unknown
}

/**
 * Decides by class and code, never by the text of a message. Follows `cause`, where clients put what really happened.
 * What nobody knows, such as a bug, is `unknown`: within the work of a lane that is its dataset's own trouble.
 */
export function classify(error: unknown, unknown: 'dataset' | 'fatal' = 'fatal'): FailureKind {
  for (let cause = error as Failing | undefined; cause; cause = cause.cause as Failing | undefined) {
    const kind = ownKind(cause)
    if (kind) return kind
  }
  return isKafkaError(error) ? 'transient' : unknown
}

function ownKind(error: Failing): FailureKind | undefined {
  if (error instanceof TransientError) return 'transient'
  if (error instanceof FatalError) return 'fatal'
  if (error instanceof DatasetError) return 'dataset'
  return kindOfType(error.type ?? '') ?? kindOfCode(error.code ?? '')
}

/** Of an error that Kafka answered. */
function kindOfType(type: string): FailureKind | undefined {
  if (fencedTypes.has(type)) return 'fenced'
  if (permanentTypes.has(type)) return 'fatal'
  return datasetTypes.has(type) ? 'dataset' : undefined
}

/** Of an error of Node. */
function kindOfCode(code: string): FailureKind | undefined {
  if (processCodes.has(code)) return 'fatal'
  return networkCodes.has(code) ? 'transient' : undefined
}

function isKafkaError(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS')
}

/** Milliseconds before try number `attempt` (from 0): doubling from 200 ms to 10 s, with jitter so that lanes spread. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.min(10_000, 200 * 2 ** Math.min(attempt, 10)) * (0.5 + random() / 2)
}

/** Milliseconds for which a lane is parked after failure number `failure` (from 0): doubling from 1 s to 5 minutes. */
export const parkedFor = (failure: number): number => Math.min(300_000, 1000 * 2 ** Math.min(failure, 10))

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
      const kind = classify(error)
      if (kind === 'fatal' || kind === 'dataset' || stopping()) throw error
      waiting(error as Error)
      await new Promise((resolve) => setTimeout(resolve, backoff(attempt)))
    }
  }
}
