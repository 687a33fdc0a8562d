/** Why a source cannot be read, as a sentence without credentials. `transient` says that a retry may help. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly transient: boolean
  /** until which the source wants to be left alone */
  readonly retryAfterMs: number
  /** nothing is there, as far as the server tells */
  readonly isMissing: boolean
  /** of the answer, where it was one of HTTP */
  readonly status: number | undefined

  constructor(
    message: string,
    options: {
      transient?: boolean
      retryAfterMs?: number
      isMissing?: boolean
      status?: number
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: options.cause })
    this.transient = options.transient ?? false
    this.status = options.status
    this.retryAfterMs = options.retryAfterMs ?? 0
    this.isMissing = options.isMissing ?? false
  }
}

/** The source has another version than the one that was begun, so what came of it is of no use: it is fetched anew. */
export class ChangedError extends SourceError {
  constructor(message: string) {
    super(message, { transient: true })
  }
}

/** What the codes of Node and undici mean to someone who can mend the source. */
const sentences: Record<string, (name: string, at: string) => [sentence: string, transient: boolean]> = {
  ECONNREFUSED: (_, at) => [`connection refused by ${at}`, true],
  ENOTFOUND: (_, at) => [`host name ${at} not found`, false],
  EAI_AGAIN: (_, at) => [`host name ${at} could not be looked up`, true],
  ENETUNREACH: (_, at) => [`no route to ${at}`, true],
  EHOSTUNREACH: (_, at) => [`no route to ${at}`, true],
  UND_ERR_CONNECT_TIMEOUT: (_, at) => [`${at} did not accept the connection in time`, true],
  ETIMEDOUT: (_, at) => [`${at} did not accept the connection in time`, true],
  UND_ERR_HEADERS_TIMEOUT: (name) => [`${name} did not answer in time`, true],
  UND_ERR_BODY_TIMEOUT: (name) => [`${name} stopped sending`, true],
  UND_ERR_SOCKET: (name) => [`the connection to ${name} was lost`, true],
  ECONNRESET: (name) => [`the connection to ${name} was lost`, true],
  EPIPE: (name) => [`the connection to ${name} was lost`, true],
  ERR_STREAM_PREMATURE_CLOSE: (name) => [`the connection to ${name} was lost`, true],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: (name) => [
    `${name} sent another number of bytes than it announced`,
    true,
  ],
  UND_ERR_ABORTED: (name) => [`reading ${name} was stopped`, false],
  ABORT_ERR: (name) => [`reading ${name} was stopped`, false],
  ENOENT: (name) => [`${name} does not exist`, false],
  EACCES: (name) => [`${name} may not be read`, false],
}

const byName: Record<string, string> = {
  AbortError: 'ABORT_ERR',
  TimeoutError: 'ABORT_ERR',
  HTTPParserError: 'HPE_INVALID',
}

/** What we read of an error, or of the first of those that trying several addresses gave. */
interface Failure {
  name?: string
  code?: string
  hostname?: string
  address?: string
  port?: number
  errors?: Failure[]
}

/** Any error of reading a source as the sentence for it. `name` is the source without its credentials. */
// eslint-disable-next-line complexity -- a default for each thing that an error of Node or undici may lack
export function toSourceError(error: unknown, name: string, url?: URL): SourceError {
  if (error instanceof SourceError) return error
  const cause = (error ?? {}) as Failure
  const code = byName[cause.name ?? ''] ?? cause.code ?? ''
  const [tried = cause] = cause.errors ?? []
  const at = tried.address ? `${tried.address}:${tried.port}` : (tried.hostname ?? url?.host ?? name)
  const [sentence, transient] = sentences[code]?.(name, at) ?? [otherwise(code, name), false]
  return new SourceError(sentence, { transient, isMissing: code === 'ENOENT', cause })
}

function otherwise(code: string, name: string): string {
  if (/CERT|TLS|SSL|SELF_SIGNED|ISSUER|VERIFY/.test(code))
    return `${name} has no certificate that we trust (${code})`
  if (code.startsWith('HPE_')) return `${name} does not speak HTTP`
  return `${name} could not be read${code && ` (${code})`}`
}
