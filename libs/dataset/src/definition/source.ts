import { z } from 'zod'
import { headerName, headerText, oauth, pages, post } from './http-source.ts'
import { largestRow, largestSource } from './limits.ts'
import { sourceAccess } from './source-access.ts'
import { isPattern } from './source-pattern.ts'
import { hasMisspeltDate, withoutDates } from './source-dates.ts'

const seconds = (usual: number) => z.number().int().min(1).max(86_400).default(usual)

/** Where the file of a dataset comes from, and the budget of a run: what goes beyond it fails the run with a sentence of its own. */
export const source = z.strictObject({
  url: z
    .string()
    .refine(
      isSourceUrl,
      'expected a URL that begins with http://, https://, sftp://, ftp://, ftps://, s3:// or file:/// and names a file, or a pattern of files',
    )
    .refine(isWithoutSecret, 'expected no user or password: name a secret, as docs/dataset.md says')
    .refine(namesSecretsInQuery, 'expected `${secret:name}` in the query alone')
    .refine(
      (url) => !hasMisspeltDate(url),
      'expected a date of yyyy, yy, MM, dd, DDD, HH and -_./T, as in {yyyy-MM-dd}',
    )
    .refine(
      (url) => !isPattern(url) || !/\*\*/.test(url),
      'expected * within a name, as in sftp://host/out/*.csv',
    )
    .optional()
    .describe('where the file is published: http(s)://, sftp://, ftp(s)://, s3:// or file://'),
  lookBack: z
    .number()
    .int()
    .min(0)
    .max(366)
    .optional()
    .describe('how many earlier dates of `url` are looked for'),
  order: z
    .enum(['time', 'name'])
    .optional()
    .describe('of a pattern: in which its new files are read, one with each run; time when it is left out'),
  skip: z
    .array(z.string().min(1).max(1024))
    .max(1000)
    .optional()
    .describe('of a pattern: names of files that are left out'),
  ...sourceAccess,
  headers: z
    .record(headerName, headerText)
    .default({})
    .describe('sent to the server of `url`; may name secrets'),
  post: post.optional(),
  oauth: oauth.optional(),
  pages: pages.optional(),
  maxBytes: z
    .number()
    .int()
    .positive()
    .max(largestSource)
    .default(4 * 2 ** 30)
    .describe('decompressed bytes of one file at most'),
  maxRowBytes: z
    .number()
    .int()
    .positive()
    .max(
      largestRow,
      `expected at most ${largestRow}: a record with the row must fit into a batch of its topics`,
    )
    .default(65_536),
  maxCompressionRatio: z
    .number()
    .min(1)
    .default(200)
    .describe('decompressed bytes for each byte of a compressed file at most'),
  connectSeconds: seconds(10).describe('until the server takes a connection'),
  firstByteSeconds: seconds(10).describe('until the server answers'),
  idleSeconds: seconds(30).describe('without a byte, while we are ready for one'),
  maxSeconds: seconds(1800).describe('until the file has come whole'),
  minBytesPerSecond: z
    .number()
    .int()
    .min(0)
    .default(1000)
    .describe('over any half minute in which it is waited for'),
  maxRefusedShare: z.number().min(0).max(1).default(0.05).describe('of the rows of a run'),
  maxRefusedRows: z
    .number()
    .int()
    .min(0)
    .default(100)
    .describe('of a run; one that refuses more than both has failed, and its other rows are kept'),
})

/** Where a file can be fetched from; the stages check the address itself. */
function isSourceUrl(text: string): boolean {
  // a date is part of a path or a query
  return (
    sourceUrls.some((pattern) => pattern.test(withoutDates(text))) &&
    !/(?<!\$)\{|\*/.test(authority.exec(text)?.[0] ?? '')
  )
}

const sourceUrls = [
  /^https?:\/\/[^/?#\s]+/i,
  /^(sftp|ftps?|s3):\/\/[^/?#\s]+\/[^?#{}]*[^?#{}/]$/i,
  /^file:(\/\/(localhost)?)?\/[^?]+$/i,
]

const authority = /^[a-z][a-z0-9]*:\/\/[^/?#]*/i

function isWithoutSecret(text: string): boolean {
  return !(authority.exec(text)?.[0] ?? '').includes('@')
}

/** A path is printed, and a host is looked up. */
function namesSecretsInQuery(text: string): boolean {
  return !text.replace(/\?.*/s, '').includes('${secret:')
}
