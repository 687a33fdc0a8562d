/** A failure that the user can do something about. Its message names the thing, its value and the way out; no stack trace is shown. */
export class StackError extends Error {
  override name = 'StackError'
}
