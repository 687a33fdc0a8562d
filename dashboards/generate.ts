/**
 * Writes `dashboards/generated/<dataset>.ndjson` and `pipeline.ndjson`, which Kibana imports. The files are kept in git so that a review sees
 * what a change of a definition does to a dashboard.
 *
 *     node_modules/.bin/node --conditions=@dsf/source dashboards/generate.ts [--check]
 *
 * `--check` writes nothing, names the files that would change, and exits with 1 if there is one.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { loadDatasets } from '@dsf/dataset'
import { dashboardsOf } from './all-dashboards.ts'
import { savedObjectsOf } from './kibana/dashboard.ts'
import { toNdjson } from './kibana/saved-objects.ts'
import type { Dashboard } from './panel.ts'
import { pipelineDashboard } from './pipeline-dashboard.ts'

const root = join(import.meta.dirname, '..')
const folder = join(import.meta.dirname, 'generated')

/** Those that the stack starts by itself, and those that are there to be tried. */
export const datasetsFolders = ['datasets', 'datasets/messy'].map((path) => join(root, path))

const fileOf = (name: string) => join(folder, `${name}.ndjson`)
const textOf = (dashboard: Dashboard) => toNdjson(savedObjectsOf(dashboard))

/** Path and text of every file, as the definitions want them. */
export function wantedFiles(): Map<string, string> {
  const files = new Map([[fileOf('pipeline'), textOf(pipelineDashboard())]])
  for (const dataset of loadDatasets(datasetsFolders).values())
    files.set(fileOf(dataset.name), dashboardsOf(dataset).map(textOf).join(''))
  return files
}

/** Files that are missing, differ, or stand there without a dataset. */
export function staleFiles(): string[] {
  const wanted = wantedFiles()
  const present = globSync(join(folder, '*'))
  const differing = [...wanted].filter(
    ([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text,
  )
  return [...differing.map(([file]) => file), ...present.filter((file) => !wanted.has(file))]
}

if (import.meta.main) {
  const stale = staleFiles()
  for (const file of stale) console.log(relative(root, file))
  if (process.argv.includes('--check')) process.exitCode = stale.length > 0 ? 1 : 0
  else for (const file of stale) write(file, wantedFiles().get(file))
}

function write(file: string, text: string | undefined): void {
  mkdirSync(dirname(file), { recursive: true })
  if (text === undefined) rmSync(file)
  else writeFileSync(file, text)
}
