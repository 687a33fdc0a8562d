import type { Definition } from '../definition/definition.ts'
import type { Refuse } from '../definition/errors.ts'
import { isPattern } from '../definition/source-pattern.ts'

/** Words of a source that say nothing of a single file. */
export function checkPattern(
  { 'x-dsf': { source } }: Definition,
  isWrong: (path: string) => boolean,
  refuse: Refuse,
): void {
  if (isPattern(source.url ?? '') || isWrong('/x-dsf/source/url')) return
  for (const word of ['order', 'skip'] as const)
    if (source[word])
      refuse(`/x-dsf/source/${word}`, 'expected a source.url with a * in its path, of whose files it is said')
}
