import { constants } from 'node:fs'
import { open, opendir, stat, type FileHandle } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { checkFolder, checkOpened, printable } from './guard-address.ts'
import { segmentsOf } from './pattern.ts'
import type { SourceOptions } from './source-client.ts'
import { walkFolders, type Entry, type Listed } from './walk-folders.ts'
import { toSourceError } from '../source-error.ts'

/** The files of this machine that patterns lead to, in folders that sources may come from. */
export async function* listFile(
  urls: readonly URL[],
  { roots, signal }: SourceOptions,
): AsyncGenerator<Listed, undefined> {
  const read = (path: string) => readFolder(path || '/', roots)
  for await (const file of walkFolders(printable(urls[0]!), urls.map(segmentsOf), read)) {
    signal?.throwIfAborted()
    yield file
  }
}

/** By what was opened, and not by its name, which may have become another folder's. */
async function* readFolder(path: string, roots: readonly string[]): AsyncGenerator<Entry> {
  const url = pathToFileURL(path)
  const folder = await openFolder(await checkFolder(url, roots), printable(url))
  try {
    await checkOpened(folder.fd, url, roots)
    const at = `/proc/self/fd/${folder.fd}`
    for await (const { name } of await opendir(at)) {
      // a link to nothing, or a file that went meanwhile
      const found = await stat(`${at}/${name}`).catch(() => undefined)
      if (!found) continue
      const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other'
      yield { name, kind, size: found.size, modifiedMs: found.mtimeMs }
    }
  } finally {
    await folder.close()
  }
}

const openFolder = (path: string, name: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch((error: unknown) => {
    throw toSourceError(error, name)
  })
