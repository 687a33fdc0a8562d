/** What each client of a kind of source gives: the bytes as they are sent, and what is told of their version before them. */
import type { Readable } from 'node:stream'
import type { Compression } from '../reading/compression.ts'
import type { HttpOptions } from './http-options.ts'
import type { Pace } from './pace.ts'
import type { Access } from './source-access.ts'

export interface SourceOptions {
  /** CIDRs that may be connected to although they are not public. */
  allow: readonly string[]
  /** URL of the proxy that all goes through, read for each source; none when it is left out */
  proxy?: (() => string) | undefined
  /** Folders that file: sources may come from. */
  roots: readonly string[]
  /** Of the body as sent. */
  maxBytes: number
  pace: Pace
  /** beside our own, to the host of the source alone */
  headers?: Record<string, string>
  /** how a source of http(s) is asked that is an API */
  http?: HttpOptions
  /** of the server of the source */
  access?: Access
  /** what a refusal says, for people; reads as much of its body as it must */
  whyRefused?: (headers: Record<string, string | string[] | undefined>, body: Readable) => Promise<string>
  /** how the file is compressed, where nothing in it and no server says so */
  compression?: Compression
  timeouts?: Partial<Timeouts>
  /** the file that was read before: the same one is not sent again */
  known?: SentBefore
  /** where to go on in a body that broke off */
  from?: From
  signal?: AbortSignal
}

/** In milliseconds; `idle` is the time without a byte of the body while we are ready for one, `second` what a second of the pace takes. */
export interface Timeouts {
  connect: number
  headers: number
  idle: number
  second: number
}

export const usualTimeouts: Timeouts = { connect: 10_000, headers: 10_000, idle: 30_000, second: 1000 }

/**
 * What tells one version of a file from another: a server's entity tag, and when the file was modified, in the server's own form. Left
 * out when the server says nothing, or nothing that can be relied on.
 */
export interface Version {
  etag?: string
  modified?: string
  /** SHA-256 of the address that has it, where that is not the one that was asked: a source may redirect to another file each day */
  redirected?: string
}

/** All that answers have said so far of the version that their bytes are of, in the server's own words. */
export interface Marks {
  /** where it lies, without its query, which a signature may change */
  place: string
  etag?: string
  modified?: string
  contentEncoding?: string
  /** bytes of the whole body */
  total?: number
}

/** A place in a body, the validator of the version that it is a body of, and what the rest must agree with. */
export interface From {
  byte: number
  validator: string
  marks: Marks
}

/** A file as it was read before. */
export interface SentBefore {
  etag: string | null
  modified: string | null
  redirected: string | null
  bytes: number
}

/** By what a file is known to be the one that was read before. */
export const samenesses = ['etag', 'last-modified', 'size and time', 'content', 'no new file'] as const
export type SameBy = (typeof samenesses)[number]

/** A file that is not read again. */
export interface SameFile extends Version {
  same: SameBy
}

/** A body that began. Whoever takes it reads it to its end, or destroys it. */
export interface Opened extends Version {
  /** how it is named in sentences, without credentials */
  name: string
  body: Readable
  /** of this body, where it is announced; of a rest it always is */
  length?: number
  /** by which the rest of this very version can be asked for, if the source has such a thing */
  validator?: string
  marks?: Marks
  contentType?: string
  /** as the server says, in the word of Content-Encoding */
  contentEncoding?: string
}

/** @throws SourceError */
export type OpenClient = (url: URL, options: SourceOptions) => Promise<Opened | SameFile>

export const isSameFile = (opened: object): opened is SameFile => 'same' in opened

export const tooLong = (name: string, maxBytes: number) =>
  `${name} is longer than the limit of ${maxBytes} bytes`
