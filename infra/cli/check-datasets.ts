/** The definitions of a folder, as a stage reads them when it starts. */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DefinitionError, loadDataset, requireDatasets, type Dataset } from '@dsf/dataset'

/** @throws Error with a line for each error, which names the file, the JSON path and what was expected */
export function checkDatasets(folder: string): { dataset: string; fields: number; key: string }[] {
  const datasets = load(resolve(folder))
  return datasets.map(({ name, fields, key, isRowKey }) => ({
    dataset: name,
    fields: fields.length,
    key: isRowKey ? 'the whole row' : key.map((field) => field.name).join(', '),
  }))
}

function load(folder: string): Dataset[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`${folder} is no folder: name that of a dataset, or one that holds some`)
  try {
    return existsSync(join(folder, 'datapackage.json')) ? [loadDataset(folder)] : requireDatasets(folder)
  } catch (error) {
    if (error instanceof DefinitionError) throw new Error(error.message)
    throw error
  }
}
