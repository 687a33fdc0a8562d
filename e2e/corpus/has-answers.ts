import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answerOf } from './answer.ts'
import { answersOf, withoutAnswer, type Package } from './files.ts'

/** Tests of the files of a package. @param folder is asked for once they run: it may have to be fetched */
export function itHasAnswers(name: Package, folder: () => string): void {
  let into = ''
  beforeAll(() => {
    into = mkdtempSync(join(tmpdir(), 'dsf-corpus-'))
  })
  afterAll(() => rmSync(into, { recursive: true }))

  it('every file has an answer', () => {
    expect(withoutAnswer(name, folder())).toEqual([])
  })

  it.each(answersOf(name))('%s has a definition without an edit', async (file, answer) => {
    expect(await answerOf(join(folder(), file), into)).toEqual(answer)
  })
}
