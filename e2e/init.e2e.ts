/** `dsf dataset init` as a person calls it, on the real stack: from a file that is no dataset yet to its charts. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { repositoryRoot } from '../infra/local/settings.ts'
import type { InitAnswer } from '../infra/cli/init/init-and-import.ts'
import { countDocuments } from './support/documents.ts'
import { datasetsDir, filesDir, runDir, settings } from './support/stack.ts'

const name = 'wells'
const file = join(filesDir, `${name}.csv`)
/** No word, form or value of it is of a dataset that is here. */
const rows = Array.from(
  { length: 300 },
  (_, i) =>
    `W-${1000 + i};${1 + (i % 28)}.${1 + (i % 12)}.2025;${i % 7},${i % 10};${['sand', 'clay', 'loam'][i % 3]}`,
)

afterAll(() => rmSync(join(datasetsDir, name), { recursive: true, force: true }))

it(
  'a file that nobody here has seen is a page of charts after one command',
  { timeout: 180_000 },
  async () => {
    writeFileSync(file, ['Bohrung;Datum;Tiefe;Boden', ...rows, ''].join('\n'))
    const env = {
      ...process.env,
      PORT_BASE: String(settings.portBase),
      RUN_DIR: runDir,
      DATASETS_DIR: datasetsDir,
    }
    const command = join(repositoryRoot, 'infra/cli/bin/dsf')
    const { stdout, stderr } = await promisify(execFile)(command, ['dataset', 'init', file, '-o', 'json'], {
      env,
    })
    const { run, charts } = JSON.parse(stdout) as InitAnswer
    expect([run!.state, run!.counters['clean'], await countDocuments(name)]).toEqual(['succeeded', 300, 300])
    const page = readFileSync(charts!, 'utf8')
    expect(['Bohrung', 'sand', 'loam'].filter((word) => !page.includes(word))).toEqual([])
    expect(readdirSync(dirname(charts!)).sort()).toEqual([`dsf-${name}-light.png`, 'index.html'])
    expect(stderr).toContain(`charts: ${charts}, and a picture beside it`)
  },
)
