import { readFileSync, statSync } from 'node:fs'
import { FatalError, TransientError } from '../health/failure.ts'

/** A password, key or token. It is asked for when it is needed, and kept nowhere. */
export interface Secret {
  /** whoever changes the file mends what was refused before, so a refusal is waited for */
  readonly isFromFile: boolean
  /** @throws TransientError that names the variable and the file, when it cannot be read */
  read: () => string
}

type SecretVariables<Name extends string> = Partial<Record<Name | `${Name}_FILE`, string | undefined>>

/**
 * The secret that a variable is, or that is in the file which the same variable with `_FILE` names: that one is read again for each
 * connection or request. Undefined when neither is set.
 * @throws FatalError when both are, or the variable has what nobody types
 */
export function secretOf<Name extends string>(config: SecretVariables<Name>, name: Name): Secret | undefined {
  const variable = `${name}_FILE` as const
  const value: string | undefined = config[name]
  const file: string | undefined = config[variable]
  if (value !== undefined && file !== undefined)
    throw new FatalError(`${name} and ${variable} are both set: leave one of them out`)
  if (file !== undefined) return { isFromFile: true, read: () => readSecret(variable, file) }
  if (value === undefined) return undefined
  const unseen = unseenIn(value)
  if (unseen !== undefined) throw new FatalError(`${name} has ${unseen}: ${alone}`)
  return { isFromFile: false, read: () => value }
}

/**
 * The same of a token or key that becomes a word of a header.
 * @throws FatalError when it cannot be one; what is read from a file is a TransientError then
 */
export function tokenOf<Name extends string>(config: SecretVariables<Name>, name: Name): Secret | undefined {
  const secret = secretOf(config, name)
  if (!secret) return undefined
  const read = () => {
    const text = secret.read()
    if (/^[!-~]+$/.test(text)) return text
    if (secret.isFromFile)
      throw new TransientError(`${name}_FILE names a file with spaces or several lines: ${oneWord}`)
    throw new FatalError(`${name} has spaces or several lines: ${oneWord}`)
  }
  if (!secret.isFromFile) read()
  return { ...secret, read }
}

const oneWord = 'expected one line of letters, digits and signs'

/** No key or token that we know comes near; the certificates of all public authorities have 220 to 290 kB. */
const largest = 1024 * 1024

/**
 * The whole text of a small file that a variable names.
 * @throws TransientError, because a file that is mounted may come a moment later
 */
export function readSmallFile(variable: string, file: string): string {
  const what = `${variable} is "${file}"`
  try {
    const stats = statSync(file)
    if (!stats.isFile()) throw new TransientError(`${what}, which is no file`)
    if (stats.size > largest)
      throw new TransientError(`${what}, which has ${stats.size} bytes: expected at most ${largest}`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof TransientError) throw error
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'and there is no such file' : `which cannot be read: ${code}`
    throw new TransientError(`${what}, ${reason}`)
  }
}

/** Without the end of the line that editors write. */
function readSecret(variable: string, file: string): string {
  const text = readSmallFile(variable, file).replace(/\r?\n$/, '')
  const what = `${variable} is "${file}", which`
  if (text === '') throw new TransientError(`${what} is empty: expected the secret in it`)
  const unseen = unseenIn(text)
  if (unseen !== undefined) throw new TransientError(`${what} has ${unseen}: ${alone}`)
  return text
}

const alone = 'expected the secret alone, in one line'

/** What no editor shows, and a server refuses as a wrong password. */
function unseenIn(text: string): string | undefined {
  if (text.startsWith('\ufeff')) return 'a byte order mark'
  if (text.includes('\ufffd')) return 'bytes that are no UTF-8'
  if (/[\r\n]/.test(text)) return 'several lines'
  const [control] = /[\x00-\x1f\x7f\ufeff]/.exec(text) ?? []
  if (control === undefined) return undefined
  return `the control character U+${control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** A value that is made of files, and made anew once they have changed. The old one is handed to `end`. */
export function renewed<T>(
  read: () => unknown,
  make: () => T,
  end: (old: T) => void = () => undefined,
): () => T {
  let before: { of: string; value: T } | undefined
  return () => {
    const of = JSON.stringify(read())
    if (before?.of === of) return before.value
    const old = before
    before = { of, value: make() }
    if (old) end(old.value)
    return before.value
  }
}
