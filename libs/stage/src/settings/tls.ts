import { Agent, type AgentOptions } from 'node:https'
import { createSecureContext, type SecureContext } from 'node:tls'
import { readSmallFile, renewed } from './secret.ts'

/** Files of a connection by TLS, each under the variable that names it. */
export interface TlsFiles {
  ca?: [variable: string, file: string | undefined]
  cert?: [variable: string, file: string | undefined]
  key?: [variable: string, file: string | undefined]
}

export interface TlsTexts {
  ca?: string
  cert?: string
  key?: string
}

/** @throws TransientError that names the variable, when a file cannot be read */
export function readTls(files: TlsFiles): TlsTexts {
  const texts = Object.entries(files).flatMap(
    ([what, [variable, file]]: [string, [string, string | undefined]]) =>
      file === undefined ? [] : [[what, readSmallFile(variable, file)] as const],
  )
  return Object.fromEntries(texts)
}

/**
 * What a connection is made with, as of the files of now. They are parsed only once for as long as they are the same: for a bundle of all
 * public authorities that takes 50 ms.
 */
const contextOf = (files: TlsFiles): (() => SecureContext) =>
  renewed(
    () => readTls(files),
    () => createSecureContext(readTls(files)),
  )

/** Options for who copies them at each connection: the files are read then. */
export function liveTls(files: TlsFiles): { readonly secureContext: SecureContext } {
  const context = contextOf(files)
  return Object.defineProperty({} as { secureContext: SecureContext }, 'secureContext', {
    enumerable: true,
    get: context,
  })
}

/** Agent of `node:https` whose every new connection reads the files. */
export class LiveAgent extends Agent {
  readonly #context: () => SecureContext

  constructor(files: TlsFiles, options: AgentOptions = { keepAlive: true }) {
    // a session goes on with the certificates that it began with
    super({ ...options, maxCachedSessions: 0 })
    this.#context = contextOf(files)
  }

  override createConnection(...[options, done]: Parameters<Agent['createConnection']>) {
    const live = { secureContext: this.#context() }
    return super.createConnection({ ...options, ...live }, done)
  }
}
