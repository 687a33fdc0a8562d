import { expect } from 'vitest'
import { SourceError } from '../src/source-error.ts'

/** What a source fails with, and whether it may pass; anything else is no failure of a source. */
export async function sourceFailure(
  promise: Promise<unknown>,
): Promise<[message: string, transient: boolean]> {
  const error: unknown = await promise.then(
    () => 'no error',
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SourceError)
  return [(error as SourceError).message, (error as SourceError).transient]
}
