import { createHash } from 'node:crypto'
import { addCounters, fieldsInFile, type Counters, type Dataset } from '@dsf/dataset'
import { perDataset, sliced, type Gathered } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { driftBetween, seenHeader, type SeenHeader } from '../reading/header-drift.ts'
import type { Importer } from './importer.ts'
import { landedRows } from './land-quarantine.ts'
import { UnreadableFileError } from '../reading/unreadable-file.ts'
import { openDataset, type DatasetFile } from '../reading/open-dataset.ts'
import { openLanding } from '../reading/open-landing.ts'
import { publishReplay, type FileReader } from './publish-replay.ts'
import { answererOf, publisherOf, type Published } from './publish-rows.ts'
import type { Run } from './run.ts'
import type { Work } from './save-run.ts'

/** Bytes of a file whose rows are held at once, however few they are. */
const largestPart = 8 * 2 ** 20

/** What is known of other runs. */
interface Others {
  find: (run: string) => Run | undefined
  /** the header that was last taken */
  before: SeenHeader | null
}

/** Rows of one transaction, with the run as it stands behind them. */
export interface Publication {
  gathered: Gathered
  counts: Counters
  run: Run
  /** there are no rows behind these */
  isLast: boolean
}

/** The lane that they go to. */
type To = Pick<Work, 'dataset' | 'gather'>

/**
 * The rows of a run that has landed, from where it stands, in parts that fit into a transaction. At least one, and one is the last.
 * @throws UnreadableFileError when the file is not as the definition describes
 */
export function publications(
  importer: Importer,
  lane: To,
  start: Run,
  others: Others,
): AsyncGenerator<Publication, undefined> {
  return start.replay === null
    ? imported(importer, lane, start, others)
    : replayed(importer, lane, start, others)
}

/** The rows of a replay. Each is put back as the row of the run that it came with. */
async function* replayed(
  { store, rowsPerTransaction, topics }: Importer,
  { dataset, gather }: To,
  start: Run,
  { find }: Others,
): AsyncGenerator<Publication, undefined> {
  const files = new Map<string, Promise<FileReader>>()
  const open = async (run: Run | undefined): Promise<FileReader> => {
    if (!run?.landing) throw new UnreadableFileError('the landing of its run is not known any more')
    const file = await openFile(store, dataset, run)
    return { columns: file.header.length, answer: answererOf(dataset, file.columns) }
  }
  const fileOf = (run: string) => files.get(run) ?? files.set(run, open(find(run))).get(run)!
  const tools = { dataset, topics: topics!, fileOf }
  let run = start
  const parts = landedRows(await store.stream(start.landing!), start.row, rowsPerTransaction)
  for await (const { rows, isLast } of parts) {
    const part = await joined(emptyPart(gather(), run), await publishReplay(tools, rows, run))
    yield { ...part, isLast }
    run = part.run
  }
}

async function* imported(
  { store, rowsPerTransaction }: Importer,
  { dataset, gather }: To,
  start: Run,
  { before }: Others,
): AsyncGenerator<Publication, undefined> {
  refuseOtherCut(dataset, start)
  let encoding = null as string | null
  const file = await openFile(store, dataset, start, (name) => (encoding = name))
  const publish = publisherOf(dataset, file.columns)
  const turn = sliced()
  const from: Run = { ...start, encoding, cut_by: cutBy(dataset), ...headerOf(dataset, file, start, before) }
  let part = emptyPart(gather(), from)
  for await (const block of file.blocks(from.byte === 0 ? undefined : { byte: from.byte, row: from.row })) {
    await turn(block.rows.length + block.unreadable.length)
    part = await joined(part, publish([block], part.run))
    if (part.counts['read']! < rowsPerTransaction && block.end.byte - from.byte < largestPart) continue
    yield { ...part, isLast: false }
    from.byte = block.end.byte
    part = emptyPart(gather(), part.run)
  }
  yield { ...part, isLast: true }
}

type Part = Omit<Publication, 'isLast'>

const emptyPart = (gathered: Gathered, run: Run): Part => ({ gathered, counts: { read: 0 }, run })

async function joined(
  { gathered, counts }: Part,
  { raw, quarantine, counts: more, run }: Published,
): Promise<Part> {
  await gathered.add('raw', raw)
  await gathered.add('quarantine', quarantine)
  addCounters(counts, more)
  return { gathered, counts, run }
}

/** A run goes on at a position of the text that it began with, by the rules that it began with. */
function refuseOtherCut(dataset: Dataset, { byte, cut_by }: Run): void {
  if (byte > 0 && cut_by !== null && cut_by !== cutBy(dataset))
    throw new UnreadableFileError(
      'the run began to read its file by another definition: encoding, innerpath, dialect or reading changed since. The rows that it read are kept; import the file again',
    )
}

/** What the rows of a file depend on, before their cells are looked at. */
const cutBy = perDataset(({ encoding, compression, innerpath, dialect, reading, fields }) => {
  const columns = dialect.header ? null : fieldsInFile({ fields }).length
  const words = JSON.stringify([encoding, compression, innerpath, dialect, reading, columns])
  return createHash('sha256').update(words).digest('hex')
})

/** Files without a header have none to compare. */
function headerOf(
  { dialect }: Dataset,
  { header }: DatasetFile,
  start: Run,
  before: SeenHeader | null,
): Pick<Run, 'header' | 'drift'> {
  if (!dialect.header || start.header) return { header: start.header, drift: start.drift }
  return {
    header: seenHeader(header, start.run, before),
    drift: driftBetween(before, header, 'taken') ?? null,
  }
}

function openFile(
  store: ObjectStore,
  dataset: Dataset,
  run: Run,
  found: (encoding: string) => void = () => undefined,
): Promise<DatasetFile> {
  const landed = { landing: run.landing!, landing_bytes: run.landing_bytes }
  return openDataset(dataset, () => openLanding(store, landed, dataset, found))
}
