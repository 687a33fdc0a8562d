/** `dsf dataset init` on the files that npm packages ship; those of PyPI are in corpus.e2e.ts, because they must be fetched. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scanRows } from '../../infra/cli/init/scan-rows.ts'
import { repositoryRoot } from '../../infra/local/settings.ts'
import { answerOf } from './answer.ts'
import { answersOf, npmPackages, pythonPackages, withoutAnswer } from './files.ts'

const packages = join(repositoryRoot, 'node_modules')

/** What docs/init.md and docs/corpus.md say of all of them. */
it('of 287 files 285 get a definition, and of 283 all rows are read', () => {
  const names = [...Object.keys(npmPackages), ...Object.keys(pythonPackages)]
  const answers = names.flatMap((name) => answersOf(name).map(([, answer]) => answer))
  const made = answers.filter((answer) => 'rows' in answer)
  const whole = made.filter(({ refused }) => refused === 0)
  expect([answers.length, made.length, whole.length]).toEqual([287, 285, 283])
})

describe.each(Object.entries(npmPackages))('of %s', (name, at) => {
  it('every file has an answer', () => {
    expect(withoutAnswer(name, join(packages, at))).toEqual([])
  })

  it.each(answersOf(name))('%s has its answer', async (file, answer) => {
    expect(await answerOf(join(packages, at, file))).toEqual(answer)
  })
})

/** Its expected answer is of another file. */
const isWrong = (name: string) => name === 'location_coordinates'

describe('of csv-spectrum', () => {
  const folder = join(packages, 'csv-spectrum')
  const names = readdirSync(join(folder, 'json')).map((file) => basename(file, '.json'))
  it.each(names.filter((name) => !isWrong(name)))('%s has its cells', (name) => {
    const content = readFileSync(join(folder, `csvs/${name}.csv`))
    const { header, rows } = scanRows(content, { delimiter: ',', quoteChar: '"' }, Infinity, true)
    const objects = rows.map((row) => Object.fromEntries(header.map((text, i) => [text, row[i]])))
    expect(objects).toEqual(JSON.parse(readFileSync(join(folder, `json/${name}.json`), 'utf8')))
  })
})
