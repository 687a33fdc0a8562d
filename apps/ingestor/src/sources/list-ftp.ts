import { FileType, type Client, type FileInfo } from 'basic-ftp'
import { failureOf, withSession, type Session } from './ftp-session.ts'
import { listBySession } from './list-session.ts'
import type { SourceOptions } from './source-client.ts'
import type { Entry, Listed } from './walk-folders.ts'

/** The files of a server of FTP that patterns lead to. */
export const listFtp = (urls: readonly URL[], options: SourceOptions): AsyncGenerator<Listed, undefined> =>
  listBySession(urls, options, { withSession, readFolder, failureOf })

async function* readFolder({ name, client }: Session, path: string): AsyncGenerator<Entry> {
  // a path begins at the folder in which a login begins, as that of a file does
  const folder = path.slice(1) || '.'
  const entries = await entriesIn(client, folder).catch((error: unknown) => {
    throw failureOf(error, `${name} (folder ${path || '/'})`)
  })
  yield* entries.map(entryOf)
}

async function entriesIn(client: Client, folder: string): Promise<FileInfo[]> {
  // once MLSD refused a folder that is not there, basic-ftp would try what tells no times, and stay with it
  if (client.availableListCommands.includes('MLSD')) client.availableListCommands = ['MLSD']
  const entries = await client.list(folder)
  if (entries.length === 0) await enter(client, folder)
  return entries
}

/** Of a folder that is not there some servers list nothing; nobody enters it. */
async function enter(client: Client, folder: string): Promise<void> {
  const home = await client.pwd()
  await client.cd(folder)
  await client.cd(home)
}

/** Only a server that lists for programs (MLSD) tells a time that says what it means. */
const entryOf = ({ name, type, size, modifiedAt }: FileInfo): Entry => ({
  ...{ name, size, modifiedMs: modifiedAt?.getTime() || undefined },
  kind: type === FileType.File ? 'file' : type === FileType.Directory ? 'folder' : 'other',
})
