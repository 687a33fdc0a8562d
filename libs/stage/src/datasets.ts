import { loadDatasets, type Datasets } from '@dsf/dataset'
import type { Health } from './health.ts'
import type { Logger } from './log.ts'

/**
 * Loads the datasets of a stage. One whose definition cannot be used is left out, and health, a metric and the log say so:
 * the others go on.
 * @throws DefinitionError when a folder of the list is not there
 */
export function openDatasets(folders: string[], health: Health, log: Logger): Datasets {
  const datasets = loadDatasets(folders)
  for (const { name, folder, problems } of datasets.refused) {
    health.leaveOut(name, problems)
    const sentence = `the dataset ${name} in ${folder} is left out: ${problems.join('; ')}`
    log.error({ dataset: name, problems }, sentence)
  }
  return datasets
}
