/**
 * node dist/reindex.main.js <dataset> [--without-refused | --drop]: a new version of the dataset's index from the lake, where
 * --without-refused leaves out rows that are refused; with --drop the versions before the present one are deleted instead. Reads the environment of the indexer. Exit code 1 when it could not.
 */
import { parseArgs } from 'node:util'
import { loadDatasets } from '@dsf/dataset'
import { openStore } from '@dsf/store'
import { config } from './config.ts'
import { openIndex } from './elasticsearch.ts'
import { dropOld, reindex, type Reindexing } from './reindex.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

function readWork(name: string | undefined, withoutRefused?: boolean): Reindexing {
  const settings = config()
  const datasets = loadDatasets(settings.DATASETS_DIR)
  const dataset = datasets.get(name ?? '')
  const refused = datasets.refused.find((one) => one.name === name)
  if (!dataset && refused)
    throw new Error(`the dataset "${name}" cannot be used:\n  ${refused.problems.join('\n  ')}`)
  const known = `known are ${[...datasets.keys()].join(', ')}`
  if (name === undefined)
    throw new Error(`which dataset? reindex.main.js <dataset> [--without-refused | --drop]; ${known}`)
  if (!dataset) throw new Error(`no dataset is named "${name}"; ${known}`)
  return { dataset, withoutRefused, store: openStore(settings), index: openIndex(settings), say }
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { drop: { type: 'boolean' }, 'without-refused': { type: 'boolean' } },
  })
  const work = readWork(positionals[0], values['without-refused'])
  if (values.drop) say(`deleted: ${(await dropOld(work)).join(', ') || 'nothing'}`)
  else say(`complete: ${await reindex(work)}`)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
