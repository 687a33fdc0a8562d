import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { definitionShape, requireDatasets, resolvedForm, timeNames, topicSchemas } from '@dsf/dataset'

/**
 * Writes `schemas/<kind>.avsc`, one per topic of a dataset, and `resolved.json` into the folder of each. The stages derive them from the
 * definition; the files are for review: a pull request that changes a schema shows it. And `definition.json`, by which Python
 * reads definitions.
 *
 *     node_modules/.bin/node --conditions=@dsf/source infra/schemas.ts [--check]
 *
 * `--check` writes nothing, names the files that would change, and exits with 1 if there is one.
 */
const root = join(import.meta.dirname, '..')

/** Those that the stack starts by itself, and those that are there to be tried. */
export const datasetsFolders = ['datasets', 'datasets/messy'].map((path) => join(root, path))

/** The shape of a definition, and names of months, for Python. */
const shapeFile = join(root, 'libs/dataset-py/dsf_dataset/definition.json')
const namesFile = join(root, 'libs/dataset-py/dsf_dataset/time_names.json')

/** A line for each word, and for each field and column, so that a review sees which one changed. */
function linesOf(json: object): string {
  const isTable = (value: unknown) => Array.isArray(value) && typeof value[0] === 'object'
  const text = (value: unknown) =>
    isTable(value)
      ? `[\n${(value as object[]).map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`
      : JSON.stringify(value)
  const lines = Object.entries(json).flatMap(([word, value]) =>
    value === undefined ? [] : [`  ${JSON.stringify(word)}: ${text(value)}`],
  )
  return `{\n${lines.join(',\n')}\n}\n`
}

const textOf = (json: object) => JSON.stringify(json, null, 2) + '\n'

/** Path and text of every file, as the definitions in `folder` want them. */
export function wantedFiles(folder: string): Map<string, string> {
  const files = new Map([
    [shapeFile, textOf(definitionShape())],
    [namesFile, textOf(timeNames)],
  ])
  for (const dataset of requireDatasets(folder)) {
    const file = (name: string) => join(dataset.folder, 'schemas', name)
    files.set(file('resolved.json'), linesOf(resolvedForm(dataset)))
    for (const [kind, schema] of Object.entries(topicSchemas))
      files.set(file(`${kind}.avsc`), textOf(schema(dataset)))
  }
  return files
}

/** Files that are missing, differ, or stand there without a topic. */
export function staleFiles(folder: string): string[] {
  const wanted = wantedFiles(folder)
  const present = globSync([join(folder, '*/schemas/*'), shapeFile, namesFile])
  const changed = [...wanted].filter(
    ([path, text]) => !present.includes(path) || readFileSync(path, 'utf8') !== text,
  )
  return [...changed.map(([path]) => path), ...present.filter((path) => !wanted.has(path))].sort()
}

/** Makes the files of `folder` what they should be. */
export function writeFiles(folder: string): void {
  const wanted = wantedFiles(folder)
  for (const path of staleFiles(folder)) {
    const text = wanted.get(path)
    if (text === undefined) rmSync(path)
    else {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
  }
}

if (import.meta.main) {
  const stale = datasetsFolders.flatMap(staleFiles).map((path) => relative(root, path))
  if (!process.argv.includes('--check')) datasetsFolders.forEach(writeFiles)
  else if (stale.length > 0) {
    console.error(
      'Schemas that no longer follow from the definitions; run `node_modules/.bin/node --conditions=@dsf/source infra/schemas.ts`:',
    )
    process.exitCode = 1
  }
  for (const path of stale) console.log(path)
}
