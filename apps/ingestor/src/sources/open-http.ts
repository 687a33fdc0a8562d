import { askHttp, discard, type Answer } from './follow-http.ts'
import { printable } from './guard-address.ts'
import {
  encodingOf,
  knownAt,
  marksOf,
  notModified,
  redirectedTo,
  restOf,
  sameBy,
  text,
  validatorOf,
  versionOf,
  type Headers,
} from './http-version.ts'
import { sourceAgent } from './source-agent.ts'
import {
  tooLong,
  usualTimeouts,
  type From,
  type Opened,
  type SameFile,
  type SourceOptions,
} from './source-client.ts'
import { SourceError } from '../source-error.ts'

/**
 * The answer of a server of http or https. Of the file that is known it is asked for news only. What is said of a version is said of what
 * lies at an address: an answer to a question that was sent is of none.
 */
export async function openHttp(first: URL, asked: SourceOptions): Promise<Opened | SameFile> {
  const isPost = asked.http?.post !== undefined
  const options = isPost ? { ...asked, known: undefined } : asked
  const timeouts = { ...usualTimeouts, ...options.timeouts }
  const agent = sourceAgent({ ...options, ca: options.access?.ca, timeout: timeouts.connect })
  try {
    const { response, url } = await askHttp(first, agent, timeouts, options)
    const { headers, body, statusCode } = response
    const redirected = redirectedTo(first, url)
    const known = knownAt(options.known, redirected)
    const version = { ...versionOf(headers), redirected }
    const { length, marks } = sentOf(options.from, response, url)
    const same = statusCode === 304 ? notModified(known!) : sameBy(known, version, length)
    if (same) {
      discard(body)
      await agent.destroy()
      return { same, ...version }
    }
    checkAnswer(printable(url), response, options.maxBytes)
    body.once('close', () => void agent.destroy())
    const content = { contentType: text(headers['content-type']), contentEncoding: encodingOf(headers) }
    const opened = { name: printable(url), body, length, ...content }
    return isPost ? opened : { ...opened, ...version, marks, validator: validatorOf(headers) }
  } catch (error) {
    await agent.destroy()
    throw error
  }
}

/** How long the body is, and of what version. */
function sentOf(from: From | undefined, { statusCode, headers, body }: Answer['response'], url: URL) {
  const length = lengthOf(headers)
  if (!from) return { length, marks: marksOf(headers, url, length) }
  try {
    return restOf(from, statusCode, headers, url)
  } catch (error) {
    discard(body)
    throw error
  }
}

function lengthOf(headers: Headers): number | undefined {
  const length = Number(text(headers['content-length']) ?? NaN)
  return Number.isSafeInteger(length) ? length : undefined
}

/** @throws SourceError when it is too long, or cannot be decoded */
export function checkAnswer(name: string, { headers, body }: Answer['response'], maxBytes: number): void {
  const length = lengthOf(headers)
  const encoding = encodingOf(headers) ?? ''
  const said = JSON.stringify(encoding.slice(0, 60))
  const problem =
    length !== undefined && length > maxBytes
      ? tooLong(name, maxBytes)
      : !readable.includes(encoding) &&
        `${name} was sent with Content-Encoding ${said}; only one of gzip, zstd, br and deflate, or none, can be read`
  if (!problem) return
  discard(body)
  throw new SourceError(problem)
}

/** We ask for no encoding; some servers send what lies compressed on their disk. More than one upon another is nobody's. */
const readable = ['', 'gzip', 'zstd', 'br', 'deflate']
