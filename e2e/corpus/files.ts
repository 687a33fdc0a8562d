/** The files of packages, each with its answer in answers/<package>.json. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer } from './answer.ts'

/** Where a package has its files, below what it is installed as. */
export const npmPackages = {
  'vega-datasets': 'vega-datasets/data',
  'csv-spectrum': 'csv-spectrum/csvs',
  'country-data': 'country-data/data',
  'world-countries': 'world-countries/dist',
  'sample-datasets': '@observablehq/sample-datasets',
}

export const pythonPackages = {
  bokeh_sampledata: 'bokeh_sampledata/_data',
  lifelines: 'lifelines/datasets',
  palmerpenguins: 'palmerpenguins/data',
  gapminder: 'gapminder',
  airportsdata: 'airportsdata',
  causaldata: 'causaldata',
  country_converter: 'country_converter',
  csv_detective: 'tests/data',
  demandlib: 'demandlib',
  great_tables: 'great_tables/data',
  ISLP: 'ISLP/data',
  mlxtend: 'mlxtend/data/data',
  plotly: 'plotly/package_data/datasets',
  plotnine: 'plotnine/data',
  pvlib: 'pvlib/data',
  sktime: 'sktime/datasets/data',
  statsmodels: 'statsmodels/datasets',
  windpowerlib: 'windpowerlib/data',
}

/** 16 MiB of digits from 0 to 255 in 785 columns: 20 s, and nothing in it that others have not. */
const leftOut = new Set(['mnist_5k.csv.gz'])

export const answersOf = (name: string): [file: string, answer: Answer][] =>
  Object.entries(
    JSON.parse(readFileSync(join(import.meta.dirname, `answers/${name}.json`), 'utf8')) as Record<
      string,
      Answer
    >,
  )

/** Files of a folder and those in it that somebody could make a dataset of, without those that have an answer. */
export function withoutAnswer(name: string, folder: string): string[] {
  const answered = new Set(answersOf(name).map(([file]) => file))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const able = files.filter((file) => /\.(csv|tsv)(\.gz)?$/.test(file) && !/(^|\/)tests?\//.test(file))
  return able.filter((file) => !answered.has(file) && !leftOut.has(file)).sort()
}
