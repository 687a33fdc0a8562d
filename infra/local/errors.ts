/** A failure that the user can do something about. Its message names the thing, its value and the way out; no stack trace is shown. */
export class StackError extends Error {
  override name = 'StackError'
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // fetch hides the reason (ECONNREFUSED…) in the cause
  return error.cause instanceof Error ? error.cause.message : error.message
}
