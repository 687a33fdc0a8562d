/** `dsf dataset init`: from a file that nobody here has seen to a dataset. */
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { datasetName, loadDataset } from '@dsf/dataset'
import { tryRows, type Tried } from '../try-dataset.ts'
import { describeFile } from './describe-file.ts'
import type { Finding } from './findings.ts'
import { definitionText, makeDefinition } from './make-definition.ts'
import { readText } from './read-text.ts'
import { scanRows } from './scan-rows.ts'
import { takeSample } from './take-sample.ts'

export interface InitOptions {
  name?: string
  /** the folder that the dataset's own becomes one of */
  into: string
  /** writes over a definition that is there */
  force: boolean
}

export interface Init {
  dataset: string
  folder: string
  findings: Finding[]
  doubts: string[]
  /** of the sample, by the definition that was written */
  tried: Tried
}

/** Enough of a file to judge its columns by, and in a second or two. */
const looked = { bytes: 16 * 2 ** 20, seconds: 30 }
/** What is kept beside the definition, to be imported and tried. */
const keptBytes = 2 ** 20
const shownRows = 5

/** @throws Error that says why no definition can be made, or that there is one */
export async function initDataset(source: string, options: InitOptions): Promise<Init> {
  const name = options.name ?? nameFrom(source)
  const named = datasetName.safeParse(name)
  if (!named.success) throw new Error(`--name ${name}: ${named.error.issues[0]!.message}`)
  const folder = resolve(options.into, name)
  keepWhatIsThere(folder, source, options)
  const sample = await takeSample(source, looked)
  const text = readText(sample)
  const work = mkdtempSync(join(tmpdir(), 'dsf-init-'))
  const described = await describeFile(sample, text, work).finally(() => rmSync(work, { recursive: true }))
  const url = /^https?:/i.test(source) ? { url: source } : {}
  const definition = makeDefinition({ ...described, name, title: titleOf(name), ...url })
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'sample.csv')
  const isAll = sample.isWhole && text.bytes.length <= keptBytes
  const kept = text.bytes.subarray(0, keptBytes)
  // a cut sample ends with a row, another one with whatever stands below them
  const end = isAll ? kept.length : scanRows(kept, described.dialect, Infinity, false, described.reading).end
  // kept in UTF-8: its mark says so, whatever the definition says of the file
  const mark = text.encoding === undefined ? '' : '\ufeff'
  writeFileSync(path, Buffer.concat([Buffer.from(mark), text.bytes.subarray(0, end)]))
  // last, so that stages that look at the folder find all of it
  writeFileSync(join(folder, 'datapackage.json'), definitionText(definition))
  const tried = await tryRows(loadDataset(folder), path, shownRows)
  const doubts = [...(name === unnamed ? [aboutUnnamed] : []), ...described.doubts]
  return { dataset: name, folder, findings: described.findings, doubts, tried }
}

/** @throws Error for what would be written over: without `--force` anything, and always the file that is looked at */
function keepWhatIsThere(folder: string, source: string, { force }: InitOptions): void {
  const [definition, sample] = ['datapackage.json', 'sample.csv'].map((name) => join(folder, name))
  const there = [definition!, sample!].find((path) => existsSync(path))
  if (there && !force)
    throw new Error(`${there} is there already: choose another --name, or write over it with --force`)
  if (existsSync(sample!) && existsSync(source) && realpathSync(sample!) === realpathSync(source))
    throw new Error(`${source} would be written over by its own sample: choose another --name or --into`)
}

/** Of the file, in letters that a dataset's name may have. */
function nameFrom(source: string): string {
  const path = source.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*/s, '')
  const file = basename(path).replace(/(\.(csv|tsv|txt|tab|gz|gzip|zst|zip|dat|data))+$/i, '')
  const plain = file
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63)
  return plain.replace(/-v\d+$/, '').replace(/-+$/, '') || unnamed
}

/** Of a file whose name has no letter. */
const unnamed = 'dataset'
const aboutUnnamed = `its name: the file's has no letters, so it is called "${unnamed}"; --name says a better one`

const titleOf = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ')
