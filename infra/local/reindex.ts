/** make reindex DATASET=name [WITHOUT_REFUSED=1 | DROP=1]: the indexer's own command, with the environment of the local stack. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { stageEnvironment } from './environment.ts'
import { StackError } from './errors.ts'
import type { Settings } from './settings.ts'

/** Resolves with the exit code. */
export async function reindexDataset(settings: Settings): Promise<number> {
  const { DATASET: dataset, DROP: drop, WITHOUT_REFUSED: without } = settings.env
  if (!dataset) throw new StackError('Which dataset? For example: make reindex DATASET=earthquakes')
  const program = join(settings.root, 'apps/indexer/dist/reindex.main.js')
  const env = { ...process.env, ...stageEnvironment(settings, 'indexer'), HEALTH_PORT: '0' }
  const flags = [...(drop ? ['--drop'] : []), ...(without ? ['--without-refused'] : [])]
  const child = spawn(process.execPath, [program, dataset, ...flags], {
    stdio: 'inherit',
    env,
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}
