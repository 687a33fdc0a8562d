import { datedAddresses, isPattern } from '@dsf/dataset'
import { RequestError } from '@dsf/stage'
import type { SourceReach } from '../importing/source-options.ts'
import { SourceError } from '../source-error.ts'
import { checkFile, checkUrl } from '../sources/guard-address.ts'

/** What can be said of a source before it is fetched. @throws RequestError 422 for one that may not be, or is not there */
export async function checkSource(source: string, { allow, roots }: SourceReach): Promise<void> {
  try {
    const url = checkUrl(source, allow)
    if (url.username !== '' || url.password !== '') throw new SourceError(withoutSecret)
    // which file a date or a pattern stands for is known when it is fetched
    if (url.protocol === 'file:' && !datedAddresses(source, 0) && !isPattern(source))
      await checkFile(url, roots)
  } catch (error) {
    throw new RequestError(422, (error as Error).message)
  }
}

/** Requests and runs are kept, and shown to whoever may ask. */
const withoutSecret =
  'the source has a user or password in it, which would be kept with the run: name a secret in the definition (source.headers, source.login)'
