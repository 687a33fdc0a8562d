/**
 * make preview: the dashboards as one page that needs no Kibana, with the data of the local stack or of ELASTICSEARCH_URL,
 * and a picture of each. `DATASET=a,b` leaves the others and the pipeline out; `PICTURES=light,dark` takes them in both
 * themes, `PICTURES=0` takes none.
 */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { loadDatasets, type Dataset } from '@dsf/dataset'
import { datasetsDirs } from '../../infra/local/environment.ts'
import { StackError } from '../../infra/local/errors.ts'
import { findProgram } from '../../infra/local/install/tool.ts'
import { trustOwnAuthority } from '../../infra/local/secure/certificates.ts'
import { readSettings, type Settings } from '../../infra/local/settings.ts'
import { makePreview } from './make-preview.ts'
import { themes, type Theme } from './theme.ts'

interface Asked {
  /** none for all of them, and the pipeline beside them */
  datasets: string[]
  pictures: Theme['name'][]
}

/** @throws StackError that names the value and what is allowed */
export function readAsked({ DATASET = '', PICTURES = '' }: NodeJS.ProcessEnv): Asked {
  const datasets = DATASET.split(/[,\s]+/).filter(Boolean)
  if (PICTURES === '0') return { datasets, pictures: [] }
  const names = PICTURES.split(/[,\s]+/).filter((name) => !['', '1'].includes(name))
  const pictures = themes.map(({ name }) => name).filter((name) => names.includes(name))
  if (pictures.length < new Set(names).size)
    throw new StackError(`PICTURES=${PICTURES} is unknown: choose 0, light, dark or light,dark.`)
  return { datasets, pictures: names.length === 0 ? ['light'] : pictures }
}

function datasetsOf(settings: Settings, names: string[]): Dataset[] {
  const known = loadDatasets(datasetsDirs(settings).map((folder) => resolve(settings.root, folder)))
  const unknown = names.find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new StackError(`DATASET=${unknown} is unknown: choose of ${[...known.keys()].join(', ')}.`)
  return [...known.values()].filter(({ name }) => names.length === 0 || names.includes(name))
}

if (import.meta.main) {
  try {
    const settings = readSettings()
    trustOwnAuthority(settings)
    const { datasets, pictures } = readAsked(process.env)
    const wanted = { datasets: datasetsOf(settings, datasets), pipeline: datasets.length === 0, pictures }
    const page = await makePreview(settings, wanted, console.error)
    console.log(`Dashboards, for any browser: ${page}`)
    const opener = process.env['DISPLAY'] && findProgram('xdg-open')
    if (opener) spawn(opener, [page], { detached: true, stdio: 'ignore' }).unref()
  } catch (error) {
    if (!(error instanceof StackError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
