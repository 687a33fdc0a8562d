import { prefixPattern } from '@dsf/dataset'
import { z } from 'zod'

export const optional = z.string().optional()

/** A URL there is waited for as a file that is not there yet, for ever. */
export const filePath = z
  .string()
  .refine((path) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(path), 'expected the path of a file, not a URL')
  .optional()

/** An empty variable is one that is not set, as in a manifest that leaves it open: no table of variables sees one. */
export const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, text]) => text !== ''))

/** It begins names of topics and subjects. */
export const namePrefix = z.string().regex(prefixPattern, 'expected letters, digits, ".", "_" and "-"')

/** What the parser finds counts, because it is what a client uses: it finds a password in `http:/user:password@host`, too. */
const hasUser = (url: string) => Boolean(new URL(url).username || new URL(url).password)

/** Of a server. Its query may be a secret: `withoutQuery` of it may be shown. */
export const serverUrl = z
  .url({ abort: true })
  .refine((url) => !hasUser(url), {
    abort: true,
    error: 'expected no user and password in it: they have variables of their own',
  })
  .refine((url) => /^https?:\/\/[^/?#\\\s]+/i.test(url), 'expected http:// or https:// and a host')

/** A URL of a server that may stand in logs and answers as it is. */
export const openUrl = serverUrl.refine((url) => !/[?#]/.test(url), 'expected no "?" and no "#" in it')

export const withoutQuery = (url: string): string => url.replace(/[?#][^]*/, '')
