import { loadDatasets, type Dataset, type Datasets } from '@dsf/dataset'
import { FatalError } from './failure.ts'
import type { Health } from './health.ts'
import type { Logger } from './log.ts'

/**
 * Loads the datasets of a stage. One whose definition cannot be used is left out, and health, a metric and the log say so:
 * the others go on.
 * @throws DefinitionError when a folder of the list is not there
 */
export function openDatasets(folders: string[], health: Health, log: Logger): Datasets {
  const datasets = loadDatasets(folders)
  for (const { name, folder, problems } of datasets.refused)
    tellLeftOut(name, `in ${folder}`, problems, health, log)
  return datasets
}

/** Does something for a dataset at the start. What no retry mends leaves out this dataset alone. */
export async function orLeaveOut(
  datasets: Datasets,
  { name, folder }: Dataset,
  work: () => Promise<void>,
  health: Health,
  log: Logger,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof FatalError)) throw error
    datasets.delete(name)
    datasets.refused.push({ name, folder, problems: [error.message] })
    tellLeftOut(name, `in ${folder}`, [error.message], health, log)
  }
}

function tellLeftOut(name: string, where: string, problems: string[], health: Health, log: Logger): void {
  health.leaveOut(name, problems)
  log.error({ dataset: name, problems }, `the dataset ${name} ${where} is left out: ${problems.join('; ')}`)
}
