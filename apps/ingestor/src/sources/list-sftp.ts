import type { Attributes, FileEntry, Stats } from 'ssh2'
import { listBySession } from './list-session.ts'
import { fileOf } from './open-sftp.ts'
import { asked, failureOf, serverPath, withSession, type Session } from './sftp-session.ts'
import type { Entry, Listed } from './walk-folders.ts'
import type { SourceOptions } from './source-client.ts'

/** The files of a server of SSH that patterns lead to. */
export const listSftp = (urls: readonly URL[], options: SourceOptions): AsyncGenerator<Listed, undefined> =>
  listBySession(urls, options, { withSession, readFolder, failureOf })

async function* readFolder({ name, sftp, awaited }: Session, path: string): AsyncGenerator<Entry> {
  const folder = serverPath(path || '/')
  const call = <T>(make: Parameters<typeof asked<T>>[0]) =>
    awaited(asked<T>(make)).catch((error: unknown) => {
      throw failureOf(error, `${name} (folder ${path})`)
    })
  const handle = await call<Buffer>((done) => sftp.opendir(folder, done))
  for (;;) {
    const entries = await awaited(asked<FileEntry[]>((done) => sftp.readdir(handle, done))).catch(endOfFolder)
    if (!entries) break
    for (const { filename, attrs } of entries) {
      const stats = isLink(attrs)
        ? await awaited(asked<Stats>((done) => sftp.stat(`${folder}/${filename}`, done))).catch(() => attrs)
        : attrs
      yield { name: filename, kind: kindOf(stats), ...fileOf(stats) }
    }
  }
  await call<void>((done) => sftp.close(handle, (error) => done(error ?? undefined)))
}

/** SFTP says that a folder is read by an error. */
function endOfFolder(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 1) throw error
}

/** The kind of a file in its mode, as POSIX has it. */
const formatOf = ({ mode }: Pick<Attributes, 'mode'>): number => mode & 0o170000
const isLink = (attrs: Attributes): boolean => formatOf(attrs) === 0o120000

function kindOf(attrs: Attributes): Entry['kind'] {
  if (formatOf(attrs) === 0o100000) return 'file'
  return formatOf(attrs) === 0o040000 ? 'folder' : 'other'
}
