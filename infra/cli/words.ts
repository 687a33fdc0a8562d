/** What somebody wrote becomes part of a name, or a word of a command. */

/** @throws Error when the option cannot be one; with `usual` for one that was left out */
export function named<Option extends string>(
  options: Partial<Record<Option, string>>,
  option: Option,
  pattern: RegExp,
  usual: string,
): string {
  const value: string | undefined = options[option]
  if (value === undefined) return usual
  if (pattern.test(value)) return value
  throw new Error(`--${option} is ${JSON.stringify(value)}: expected it to match ${pattern.source}`)
}

/** For a shell: nothing in it means anything there. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
