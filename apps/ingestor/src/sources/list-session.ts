import type { FailureOf, Login } from './begin-session.ts'
import { segmentsOf } from './pattern.ts'
import type { SourceOptions } from './source-client.ts'
import { walkFolders, type Entry, type Listed } from './walk-folders.ts'

/** How the folders of a server are read that wants a login. */
interface Reader<Session extends Login> {
  withSession: <T>(url: URL, options: SourceOptions, begin: (session: Session) => Promise<T>) => Promise<T>
  readFolder: (session: Session, path: string) => AsyncIterable<Entry>
  failureOf: FailureOf
}

/** The files that patterns lead to, by one login. It ends with the walk, or with the signal. */
export async function* listBySession<Session extends Login>(
  urls: readonly URL[],
  options: SourceOptions,
  { withSession, readFolder, failureOf }: Reader<Session>,
): AsyncGenerator<Listed, undefined> {
  const url = urls[0]!
  const patterns = urls.map(segmentsOf)
  const session = await withSession(url, options, (begun) => Promise.resolve(begun))
  const { name, close } = session
  options.signal?.addEventListener('abort', close)
  try {
    yield* walkFolders(name, patterns, (path) => readFolder(session, path))
  } catch (error) {
    throw failureOf(error, name, url)
  } finally {
    options.signal?.removeEventListener('abort', close)
    close()
  }
}
