/** The beginning of a long text, for a message. `most` counts UTF-16 units; a character that is cut in two becomes U+FFFD. */
export const shorten = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text
