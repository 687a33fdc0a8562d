import { Agent, type AgentOptions } from 'node:https'
import { readSmallFile } from './secret.ts'

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

/** The same for who copies the options at each connection: they are read then. */
export function liveTls(files: TlsFiles): TlsTexts {
  const options: TlsTexts = {}
  for (const what of ['ca', 'cert', 'key'] as const) {
    const [variable, file] = files[what] ?? []
    if (variable === undefined || file === undefined) continue
    Object.defineProperty(options, what, { enumerable: true, get: () => readSmallFile(variable, file) })
  }
  return options
}

/** Agent of `node:https` whose every new connection reads the files. */
export class LiveAgent extends Agent {
  readonly #files: TlsFiles

  constructor(files: TlsFiles, options: AgentOptions = { keepAlive: true }) {
    // a session goes on with the certificates that it began with
    super({ ...options, maxCachedSessions: 0 })
    this.#files = files
  }

  override createConnection(...[options, done]: Parameters<Agent['createConnection']>) {
    return super.createConnection({ ...options, ...readTls(this.#files) }, done)
  }
}
