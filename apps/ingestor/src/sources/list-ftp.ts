import { FileType, type FileInfo } from 'basic-ftp'
import { failureOf, withSession, type Session } from './ftp-session.ts'
import { listBySession } from './list-session.ts'
import type { SourceOptions } from './source-client.ts'
import type { Entry, Listed } from './walk-folders.ts'

/** The files of a server of FTP that a pattern leads to. */
export const listFtp = (url: URL, options: SourceOptions): AsyncGenerator<Listed, undefined> =>
  listBySession(url, options, { withSession, readFolder, failureOf })

async function* readFolder({ name, client }: Session, path: string): AsyncGenerator<Entry> {
  // a path begins at the folder in which a login begins, as that of a file does
  const entries = await client.list(path.slice(1) || '.').catch((error: unknown) => {
    throw failureOf(error, `${name} (folder ${path || '/'})`)
  })
  if (entries.length === 0)
    await enter(client, path).catch((error: unknown) => {
      throw failureOf(error, `${name} (folder ${path || '/'})`)
    })
  yield* entries.map(entryOf)
}

/** Of a folder that is not there some servers list nothing; nobody enters it. */
async function enter(client: Session['client'], path: string): Promise<void> {
  const home = await client.pwd()
  await client.cd(path.slice(1) || '.')
  await client.cd(home)
}

/** Only a server that lists for programs (MLSD) tells a time that says what it means. */
const entryOf = ({ name, type, size, modifiedAt }: FileInfo): Entry => ({
  ...{ name, size, modifiedMs: modifiedAt?.getTime() || undefined },
  kind: type === FileType.File ? 'file' : type === FileType.Directory ? 'folder' : 'other',
})
