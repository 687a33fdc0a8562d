/** What a source that is a pattern leads to; whatever goes wrong is a SourceError. */
import { checkUrl, printable, type Scheme } from './guard-address.ts'
import { listFile } from './list-file.ts'
import { listFtp } from './list-ftp.ts'
import { listS3 } from './list-s3.ts'
import { listSftp } from './list-sftp.ts'
import type { SourceOptions } from './source-client.ts'
import type { Listed } from './walk-folders.ts'
import { SourceError } from '../source-error.ts'

/** Files in any order. A client that can begin `after` a path may, and another one tells all of them. */
type List = (url: URL, options: SourceOptions, after?: string) => AsyncGenerator<Listed, undefined>

const clients: Partial<Record<Scheme, List>> = {
  'file:': listFile,
  'sftp:': listSftp,
  'ftp:': listFtp,
  'ftps:': listFtp,
  's3:': listS3,
}

export function listSource(source: string, options: SourceOptions, after?: string): AsyncGenerator<Listed> {
  const url = checkUrl(source, options.allow)
  const list = clients[url.protocol as Scheme]
  if (!list) throw new SourceError(`${printable(url)} is of a server that lists no files`)
  return list(url, options, after)
}

/**
 * The files that any of several patterns leads to, each once: of dates of which hardly each has its folder.
 * @throws SourceError where none of them has
 */
export async function* listSources(
  sources: readonly string[],
  options: SourceOptions,
  after?: string,
): AsyncGenerator<Listed, undefined> {
  const told = new Set<string>()
  const missing: SourceError[] = []
  for (const source of sources)
    try {
      for await (const listed of listSource(source, options, after)) {
        if (told.has(listed.path)) continue
        told.add(listed.path)
        yield listed
      }
    } catch (error) {
      if (!(error instanceof SourceError) || !error.isMissing) throw error
      missing.push(error)
    }
  if (missing.length === sources.length) throw missing[0]!
}
