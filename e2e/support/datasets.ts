/** Datasets beside the real ones, so that a test file meets nothing of what another one imported. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../../infra/local/settings.ts'
import { packageOf } from '../cases/case.ts'
import { caseDatasets } from '../cases/datasets.ts'
import { refusedDefinitions } from '../cases/refused.ts'

interface Package {
  name: string
  resources: { schema: { fields: { name: string; constraints?: object; 'x-dsf'?: object }[] } }[]
  'x-dsf': Record<string, unknown> & { sinks?: Record<string, unknown> }
}

interface TestDataset {
  /** the dataset that it is otherwise; the earthquakes when left out */
  like?: string
  lanes?: number
  sinks?: { chunk?: object; lake?: object }
  anomalies?: object
  source?: object
  /** magnitudes above it are refused */
  largestMagnitude?: number
  /** a field that is indexed as text */
  searchable?: string
}

/** The real datasets under other names. Small chunks make many objects of few rows, so that a kill falls between them. */
const testDatasets = {
  'quakes-gz': {},
  'weather-repeated': { like: 'seattle-weather' },
  'quakes-charts': {},
  'weather-charts': { like: 'seattle-weather' },
  'quakes-pipeline': {},
  'quakes-reindex': { lanes: 2, sinks: { chunk: { records: 500, bytes: 2 ** 20 } } },
  'quakes-tables': { lanes: 2, sinks: { chunk: { records: 500, bytes: 2 ** 20 } } },
  'quakes-audit': { sinks: { chunk: { records: 100, bytes: 2 ** 20 } } },
  'weather-audit': { like: 'seattle-weather', sinks: { chunk: { records: 100, bytes: 2 ** 20 } } },
  'quakes-spark': { lanes: 2, sinks: { chunk: { records: 300, bytes: 2 ** 20 } } },
  'quakes-alone': { lanes: 2 },
  'quakes-spread': { lanes: 2 },
  'quakes-bad': {},
  'quakes-health': {},
  'quakes-api': { source: {} },
  'quakes-crash': { sinks: { chunk: { records: 3000, bytes: 2 ** 20 } } },
  'quakes-quarantine': { largestMagnitude: 5 },
  'quakes-scattered': { lanes: 1, sinks: { lake: { partitions: 2 } } },
  'quakes-airflow': { lanes: 2, anomalies: { quarantined: { maximum: 0.01 } } },
  'quakes-runs': { lanes: 2 },
  'quakes-beside': { lanes: 2 },
  'quakes-third': { lanes: 1 },
  'quakes-rights': { lanes: 1 },
  'quakes-faults': { lanes: 2, sinks: { chunk: { records: 400, bytes: 2 ** 20 } } },
} satisfies Record<string, TestDataset>

export function writeTestDatasets(folder: string): void {
  for (const [name, dataset] of Object.entries(testDatasets)) writeTestDataset(folder, name, dataset)
  writeCaseDatasets(folder)
}

/** Those of the cases; among them definitions that are refused, so that every test runs beside such ones. */
function writeCaseDatasets(folder: string): void {
  for (const one of caseDatasets) writeDefinition(folder, one.name, JSON.stringify(packageOf(one)))
  for (const { name, json } of refusedDefinitions) writeDefinition(folder, name, json)
}

/** A dataset of these tests with something changed beside what it has for itself. */
export const changeTestDataset = (
  folder: string,
  name: keyof typeof testDatasets,
  change: TestDataset,
): void => writeTestDataset(folder, name, { ...testDatasets[name], ...change })

/** A real dataset with something changed. A stage that runs takes it in some seconds. */
export function writeTestDataset(
  folder: string,
  name: string,
  { like = 'earthquakes', sinks, largestMagnitude, searchable, ...own }: TestDataset,
): void {
  const json = readPackage(like)
  const before = json['x-dsf']
  const magnitude = json.resources[0]!.schema.fields.find((field) => field.name === 'mag')
  if (magnitude && largestMagnitude)
    magnitude.constraints = { ...magnitude.constraints, maximum: largestMagnitude }
  const text = json.resources[0]!.schema.fields.find((field) => field.name === searchable)
  if (text) text['x-dsf'] = { ...text['x-dsf'], search: 'text' }
  const extension = { ...before, ...own, sinks: { ...before.sinks, ...sinks } }
  writePackage(folder, { ...json, name, 'x-dsf': extension })
}

function readPackage(name: string): Package {
  return JSON.parse(
    readFileSync(join(repositoryRoot, 'datasets', name, 'datapackage.json'), 'utf8'),
  ) as Package
}

/** Returns the dataset's own folder. */
export function writePackage(parent: string, json: Package): string {
  return writeDefinition(parent, json.name, JSON.stringify(json))
}

function writeDefinition(parent: string, name: string, json: string): string {
  const folder = join(parent, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'datapackage.json'), json)
  return folder
}
