/** The files of packages, each with its answer. */
import { readdirSync } from 'node:fs'
import type { Answer } from './answer.ts'
import answers from './answers.json' with { type: 'json' }

export type Package = keyof typeof answers

export const answersOf = (name: Package): [file: string, answer: Answer][] =>
  Object.entries<Answer>(answers[name])

/** Files of a folder that somebody could make a dataset of, without those that have an answer. */
export function withoutAnswer(name: Package, folder: string): string[] {
  const files = readdirSync(folder).filter((file) => /\.(csv|tsv)(\.gz)?$/.test(file))
  return files.filter((file) => !(file in answers[name]))
}
