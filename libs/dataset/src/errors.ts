/** A dataset definition that cannot be used. The message names the file, the JSON path and what was expected there. */
export class DefinitionError extends Error {
  override name = 'DefinitionError'
  readonly file: string
  readonly path: string

  constructor(file: string, path: string, expected: string) {
    super(`${file}${path ? ` at ${path}` : ''}: ${expected}`)
    this.file = file
    this.path = path
  }
}
