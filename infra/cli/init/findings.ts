/** What was found out about a file, why, and how sure that is. */
export interface Finding {
  about: string
  answer: string
  sure: Sure
  why: string
}

/** `told` where the file or its server says so itself, `guess` where somebody should look. */
export type Sure = 'certain' | 'likely' | 'guess'

/** So many cells that all read alike leave little doubt; some might still by chance. */
export const sureOf = (cells: number): Sure => (cells >= 500 ? 'certain' : cells >= 20 ? 'likely' : 'guess')

export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
