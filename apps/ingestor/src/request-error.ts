/** A request that is refused before it has an effect. */
export class RequestError extends Error {
  readonly status: number
  /** a sentence each, where several things are wrong */
  readonly errors: string[] | undefined

  constructor(status: number, message: string, errors?: string[]) {
    super(message)
    this.status = status
    this.errors = errors
  }
}
