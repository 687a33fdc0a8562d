import { createSecureContext } from 'node:tls'
import {
  Client,
  ClusterConnectionPool,
  Transport,
  type ClientOptions,
  type TransportOptions,
} from '@elastic/elasticsearch'
import { FatalError, readTls, renewed, secretOf, tokenOf, type TlsTexts } from '@dsf/stage'
import type { IndexSettings } from './config.ts'

export interface IndexClient {
  /** asked for at each call: it is another one after a file of its secrets changed */
  client: () => Client
  /** a refusal is waited for: a file that changes mends it */
  isMendable: boolean
  patience: Patience
}

/** Calls that go on through an old client are answered by then. */
const oldClientEndsMs = 120_000

/** How long who is waited for, in milliseconds. */
export interface Patience {
  connect: number
  /** for the answer to a look at the health, which every node has at once: so a node that hangs is known before much is sent to it */
  health: number
  /** and to everything else: a bulk request of a busy cluster takes long */
  answer: number
  /** until a node that was put aside is asked, by the way, whether it is back */
  aside: number
}

const usual: Patience = { connect: 5000, health: 5000, answer: 60_000, aside: 60_000 }

/**
 * Calls go to all nodes in turn. One that is away, or does not answer in time, fails one call and is put aside; when none is left, all are
 * tried again.
 * @throws FatalError when variables do not fit together
 */
export function openClient(settings: IndexSettings, patience = usual): IndexClient {
  const { ELASTICSEARCH_URL: nodes, ELASTICSEARCH_USERNAME: username, ELASTICSEARCH_CA_FILE: ca } = settings
  const apiKey = tokenOf(settings, 'ELASTICSEARCH_API_KEY')
  const password = secretOf(settings, 'ELASTICSEARCH_PASSWORD')
  if (apiKey && (password || username !== undefined))
    throw new FatalError(
      'ELASTICSEARCH_API_KEY and ELASTICSEARCH_USERNAME are both set: leave one of them out',
    )
  if ((username === undefined) !== (password === undefined))
    throw new FatalError('ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD go together: set both or none')
  const secrets = (): Pick<ClientOptions, 'auth'> & TlsTexts => ({
    ...(apiKey ? { auth: { apiKey: apiKey.read() } } : {}),
    ...(username !== undefined && password ? { auth: { username, password: password.read() } } : {}),
    ...readTls({ ca: ['ELASTICSEARCH_CA_FILE', ca] }),
  })
  const always: ClientOptions = {
    nodes,
    // retries are ours: the client's would resend a whole body
    maxRetries: 0,
    requestTimeout: patience.answer,
    ConnectionPool: poolOf(patience),
    Transport: AsideTransport,
  }
  const make = () => {
    const { auth, ca: trusted } = secrets()
    // parsed once, and not for each connection
    const secureContext = trusted === undefined ? undefined : createSecureContext({ ca: trusted })
    // the timeout is one of connections without TLS, too
    const tls = { timeout: patience.connect, ...(secureContext ? { secureContext } : {}) }
    return new Client({ ...always, ...(auth ? { auth } : {}), tls })
  }
  const end = (old: Client) => void setTimeout(() => void old.close(), oldClientEndsMs).unref()
  return {
    client: renewed(secrets, make, end),
    isMendable: (apiKey ?? password)?.isFromFile ?? false,
    patience,
  }
}

/** The client's usual pool goes on sending calls to a node that is away, only fewer; and this one would ask after half an hour in the end. */
const poolOf = ({ aside }: Patience) =>
  class extends ClusterConnectionPool {
    override resurrectTimeout = aside
    override resurrectTimeoutCutoff = 0
  }

/** Nothing is tried again, for there are no retries: but only so a node that is silent is put aside like one that is away. */
class AsideTransport extends Transport {
  constructor(options: TransportOptions) {
    super({ ...options, retryOnTimeout: true })
  }
}
