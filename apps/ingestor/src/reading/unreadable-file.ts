/** The file as a whole cannot be read; no retry will help. */
export class UnreadableFileError extends Error {
  override readonly name: string = 'UnreadableFileError'
}
