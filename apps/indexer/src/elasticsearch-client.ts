import { Client, type ClientOptions } from '@elastic/elasticsearch'
import { FatalError, readTls, renewed, secretOf, tokenOf } from '@dsf/stage'
import type { IndexSettings } from './config.ts'

export interface IndexClient {
  /** asked for at each call: it is another one after a file of its secrets changed */
  client: () => Client
  /** a refusal is waited for: a file that changes mends it */
  isMendable: boolean
}

/** Calls that go on through an old client are answered by then. */
const oldClientEndsMs = 120_000

/** @throws FatalError when variables do not fit together */
export function openClient(settings: IndexSettings): IndexClient {
  const { ELASTICSEARCH_URL: nodes, ELASTICSEARCH_USERNAME: username, ELASTICSEARCH_CA_FILE: ca } = settings
  const apiKey = tokenOf(settings, 'ELASTICSEARCH_API_KEY')
  const password = secretOf(settings, 'ELASTICSEARCH_PASSWORD')
  if (apiKey && (password || username !== undefined))
    throw new FatalError(
      'ELASTICSEARCH_API_KEY and ELASTICSEARCH_USERNAME are both set: leave one of them out',
    )
  if ((username === undefined) !== (password === undefined))
    throw new FatalError('ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD go together: set both or none')
  const secrets = () => ({
    ...(apiKey ? { auth: { apiKey: apiKey.read() } } : {}),
    ...(username !== undefined && password ? { auth: { username, password: password.read() } } : {}),
    ...(ca === undefined ? {} : { tls: readTls({ ca: ['ELASTICSEARCH_CA_FILE', ca] }) }),
  })
  // retries are ours: the client's would resend a whole body
  const always: ClientOptions = { nodes, maxRetries: 0, requestTimeout: 60_000 }
  const make = () => new Client({ ...always, ...secrets() })
  const end = (old: Client) => void setTimeout(() => void old.close(), oldClientEndsMs).unref()
  return { client: renewed(secrets, make, end), isMendable: (apiKey ?? password)?.isFromFile ?? false }
}
