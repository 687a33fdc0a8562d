/** What a source that is a pattern leads to; whatever goes wrong is a SourceError. */
import { checkUrl, printable, type Scheme } from './guard-address.ts'
import { listFile } from './list-file.ts'
import { listFtp } from './list-ftp.ts'
import { listS3 } from './list-s3.ts'
import type { SourceOptions } from './source-client.ts'
import type { Listed } from './walk-folders.ts'
import { SourceError } from '../source-error.ts'

/** Files in any order. A client that can begin `after` a path may, and another one tells all of them. */
type List = (
  urls: readonly URL[],
  options: SourceOptions,
  after?: string,
) => AsyncGenerator<Listed, undefined>

const clients: Partial<Record<Scheme, List>> = {
  'file:': listFile,
  'sftp:': async function* (urls, options) {
    return yield* (await import('./list-sftp.ts')).listSftp(urls, options)
  },
  'ftp:': listFtp,
  'ftps:': listFtp,
  's3:': listS3,
}

/**
 * The files of several patterns, each once. The patterns are dates, and most dates have no folder.
 * @throws SourceError where none of them has
 */
export function listSources(
  sources: readonly string[],
  options: SourceOptions,
  after?: string,
): AsyncGenerator<Listed, undefined> {
  const urls = sources.map((source) => checkUrl(source, options.allow))
  const list = clients[urls[0]!.protocol as Scheme]
  if (!list) throw new SourceError(`${printable(urls[0]!)} is of a server that lists no files`)
  return list(urls, options, after)
}
