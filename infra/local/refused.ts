import { delimiter } from 'node:path'
import { DefinitionError, loadDatasets } from '../../libs/dataset/src/index.ts'
import { StackError } from './errors.ts'
import { say } from './say.ts'

/**
 * Says which datasets the stages leave out, and why.
 * @throws StackError when a folder of DATASETS_DIR is not there
 */
export function sayRefused(datasetsDir = ''): void {
  try {
    const { refused } = loadDatasets(datasetsDir.split(delimiter))
    for (const { name, folder, problems } of refused)
      say(name, `is left out, ${folder}/datapackage.json cannot be used:\n  ${problems.join('\n  ')}`)
  } catch (error) {
    if (error instanceof DefinitionError) throw new StackError(error.message)
    throw error
  }
}
