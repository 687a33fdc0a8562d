/** The words of a source of http(s) that is an API: what is sent to it, by what token, and how its answer comes in pages. */
import { z } from 'zod'

/** A line of what a header may hold. */
export const headerText = z
  .string()
  .max(4096)
  .regex(/^[ -~]*$/, 'expected a line of ASCII')

export const headerName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'expected the name of a header')

/** Characters of a body. */
const longestBody = 16_384

/** A question that is asked with POST, because it does not fit into a URL. */
export const post = z.strictObject({
  body: z
    .string()
    .max(longestBody)
    .regex(
      /^(?![^\0]*\$\{secret:)[^\0]*$/,
      'expected no NUL and no `${secret:name}`: a secret goes into source.headers or source.oauth',
    )
    .describe('sent as it stands, in UTF-8'),
  contentType: z
    .string()
    .max(200)
    .regex(
      /^[A-Za-z0-9!#&^_.+-]+\/[A-Za-z0-9!#&^_.+-]+(; ?[A-Za-z]+=[A-Za-z0-9._-]+)*$/,
      'expected a media type such as application/json',
    )
    .default('application/json'),
})

const openText = z
  .string()
  .max(1000)
  .regex(
    /^(?!.*\$\{secret:)[ -~]*$/,
    'expected a line of ASCII without `${secret:name}`: clientSecret alone is one',
  )

/** Client credentials of OAuth 2 (RFC 6749, 4.4). */
export const oauth = z.strictObject({
  tokenUrl: z
    .string()
    .max(2000)
    .regex(
      /^https?:\/\/[A-Za-z0-9.:[\]-]+(\/[A-Za-z0-9._~!&'()*+,;=:@%/-]*)?$/,
      'expected a URL that begins with https:// or http://, without user, query or secret',
    ),
  clientId: openText.min(1).describe('no secret (RFC 6749, 2.2): sentences name it'),
  clientSecret: z
    .string()
    .regex(/^\$\{secret:[a-z0-9][a-z0-9-]{0,62}\}$/, 'expected `${secret:name}`, which names a file'),
  scope: openText.optional(),
  parameters: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected the name of a parameter'), openText)
    .default({})
    .describe('what else the server wants to be sent, such as audience'),
  sendIn: z.enum(['header', 'body']).default('header').describe('where id and secret stand'),
})

const parameter = z
  .string()
  .regex(/^[A-Za-z0-9_.$:[\]-]{1,100}$/, 'expected the name of a parameter of a URL')

/** Which of the words stand together is said in check-pages.ts. */
export const pages = z.strictObject({
  by: z.enum(['link', 'cursor', 'offset', 'number']),
  parameter: parameter.optional().describe('of the URL: where a page begins'),
  header: headerName.optional().describe('of an answer: where the next page begins'),
  limit: z.number().int().min(1).max(1_000_000).optional().describe('rows of a page'),
  limitParameter: parameter.optional().describe('of the URL: how many rows are wanted'),
  first: z.number().int().min(0).max(1_000_000_000).optional().describe('offset or number of the first page'),
  last: z.enum(['empty', 'short']).optional().describe('by what the last page is known'),
  maxPages: z.number().int().min(1).max(100_000).default(1000),
})

export type Pages = z.infer<typeof pages>
