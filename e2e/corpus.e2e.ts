/** `dsf dataset init` on the files that Python packages ship. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { installRequirements } from '../infra/local/install/python-packages.ts'
import { answerOf } from './corpus/answer.ts'
import { answersOf, pythonPackages, withoutAnswer } from './corpus/files.ts'
import { settings } from './support/stack.ts'

let packages = ''
beforeAll(async () => {
  const requirements = join(import.meta.dirname, 'corpus/requirements.txt')
  const lib = join(await installRequirements(settings, 'corpus', requirements), 'lib')
  packages = join(lib, readdirSync(lib)[0]!, 'site-packages')
})

describe.each(Object.entries(pythonPackages))('of %s', (name, at) => {
  it('every file has an answer', () => {
    expect(withoutAnswer(name, join(packages, at))).toEqual([])
  })

  it.each(answersOf(name))('%s has its answer', async (file, answer) => {
    expect(await answerOf(join(packages, at, file))).toEqual(answer)
  })
})
