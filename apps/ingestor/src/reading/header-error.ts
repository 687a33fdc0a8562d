import { UnreadableFileError } from './unreadable-file.ts'

/** The header does not fit the definition. */
export class HeaderError extends UnreadableFileError {
  override readonly name = 'HeaderError'
  /** none of a file that is plainly another one: whoever may ask for a run could read the first line of any file */
  readonly header: readonly string[] | undefined

  constructor(message: string, header: readonly string[] | undefined) {
    super(message)
    this.header = header
  }
}
