import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Dataset } from '../definition/dataset.ts'
import { DefinitionError, throwAll, type DefinitionProblem, type Refuse } from '../definition/errors.ts'
import { deepestDefinition, largestDefinition } from '../definition/limits.ts'
import { readDefinition } from './read-definition.ts'
import { resolve } from './resolve.ts'

/**
 * Reads `folder/datapackage.json`.
 * @throws DefinitionError with the file, and for each problem the JSON path, what stands there and what was expected
 */
export function loadDataset(folder: string): Dataset {
  const file = join(folder, 'datapackage.json')
  const json = parse(file)
  const problems: DefinitionProblem[] = []
  const refuse: Refuse = (path, expected) => problems.push({ path, expected })
  const { definition, isWrong } = readDefinition(json, refuse)
  const dataset = definition && resolve(definition, folder, isWrong, refuse)
  throwAll(file, problems)
  return dataset!
}

/** Datasets by name, and the definitions beside them that cannot be used: neither keeps the others from being used. */
export interface Datasets extends Map<string, Dataset> {
  readonly refused: RefusedDataset[]
}

export interface RefusedDataset {
  /** of the folder, which is what the dataset would be named */
  name: string
  folder: string
  /** a line for each problem */
  problems: string[]
}

/** What is in a dataset's folder: a definition that can be used, what is wrong with it, or both when an older one goes on. */
export interface Loaded {
  dataset?: Dataset
  /** a line for each */
  problems?: string[]
}

/**
 * All datasets of a list of folders (each holds dataset folders), by name. Folders without a datapackage.json are
 * passed over. Of two datasets of one name the first one is used, in the order of the list; the other one is refused.
 * @throws DefinitionError for a folder of the list that cannot be read: that is no dataset's fault
 */
export function loadDatasets(folders: string[]): Datasets {
  return byName(folders.flatMap(datasetFolders).map((folder) => [folder, loadFolder(folder)]))
}

/** What nobody foresaw about a definition is that dataset's trouble all the same. */
export function loadFolder(folder: string): Loaded {
  try {
    return { dataset: loadDataset(folder) }
  } catch (error) {
    const problems =
      error instanceof DefinitionError
        ? error.sentences
        : [`cannot be read: ${(error as Error).name}: ${(error as Error).message}`]
    return { problems }
  }
}

/** Datasets by name, of folders in the order in which they count. */
export function byName(loaded: Iterable<[folder: string, Loaded]>): Datasets {
  const found: Datasets = Object.assign(new Map<string, Dataset>(), { refused: [] })
  for (const [folder, { dataset, problems }] of loaded) {
    const name = basename(folder)
    const twin = found.get(name)
    const refusal = twin ? [`/name: "${name}" is already defined in ${twin.folder}`] : problems
    if (refusal) found.refused.push({ name, folder, problems: refusal })
    if (dataset && !twin) found.set(name, dataset)
  }
  return found
}

/**
 * All datasets of a folder, where none may be left out.
 * @throws Error with a line for each problem of one that cannot be used, which names the file
 */
export function requireDatasets(parent: string): Dataset[] {
  const datasets = loadDatasets([parent])
  const wrong = datasets.refused.flatMap(({ folder, problems }) =>
    problems.map((line) => `${join(folder, 'datapackage.json')} ${line}`),
  )
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  if (datasets.size === 0)
    throw new Error(
      `${parent} has no folder with a datapackage.json in it: docs/dataset.md says what belongs there`,
    )
  return [...datasets.values()]
}

/**
 * The folders in it that hold a definition, in the order in which they count.
 * @throws DefinitionError when it cannot be read
 */
export function datasetFolders(parent: string): string[] {
  if (!existsSync(parent))
    throw new DefinitionError(parent, '', 'the folder does not exist; see DATASETS_DIR')
  return readdirSync(parent)
    .sort()
    .map((entry) => join(parent, entry))
    .filter(hasDefinition)
}

/** A link to nothing is one too: whoever made it wants to hear that it cannot be read. */
function hasDefinition(folder: string): boolean {
  try {
    lstatSync(join(folder, 'datapackage.json'))
    return true
  } catch {
    return false
  }
}

function parse(file: string): unknown {
  try {
    const { size } = statSync(file)
    if (size > largestDefinition)
      throw new Error(`it has ${size} bytes, expected at most ${largestDefinition}`)
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)))
    refuseDeep(json)
    return json
  } catch (error) {
    throw new DefinitionError(file, '', `is not readable JSON: ${(error as Error).message}`)
  }
}

/** Whoever walks through it does so by calling itself. */
function refuseDeep(json: unknown): void {
  let level = [json]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepestDefinition) throw new Error(`it is nested more than ${deepestDefinition} levels deep`)
    level = level.flatMap(valuesOf)
  }
}

const valuesOf = (json: unknown): unknown[] =>
  json !== null && typeof json === 'object' ? Object.values(json) : []
