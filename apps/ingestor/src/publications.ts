import type { Dataset } from '@dsf/dataset'
import type { ObjectStore } from '@dsf/store'
import type { Importer } from './importer.ts'
import { landedRows } from './land-quarantine.ts'
import { UnreadableFileError } from './unreadable-file.ts'
import { openDataset, type DatasetFile } from './open-dataset.ts'
import { openLanding } from './open-landing.ts'
import { publishReplay, type FileReader } from './publish-replay.ts'
import { publisherOf, type Publication } from './publish-rows.ts'
import type { Run } from './run.ts'
import type { Block } from './scan-csv.ts'

/** Bytes of a file whose rows are held at once, however few they are. */
const largestPart = 16 * 2 ** 20

type FindRun = (run: string) => Run | undefined

/**
 * The rows of a run that has landed, from where it stands, in parts that fit into a transaction. At least one, and one is the last.
 * @throws UnreadableFileError when the file is none that the definition describes
 */
export function publications(
  importer: Importer,
  dataset: Dataset,
  start: Run,
  find: FindRun,
): AsyncGenerator<Publication, undefined> {
  return start.replay === null ? imported(importer, dataset, start) : replayed(importer, dataset, start, find)
}

/** The rows of a replay. Each is put back as the row of the run that it came with. */
async function* replayed(
  { store, rowsPerTransaction, topics }: Importer,
  dataset: Dataset,
  start: Run,
  find: FindRun,
): AsyncGenerator<Publication, undefined> {
  const files = new Map<string, Promise<FileReader>>()
  const open = async (run: Run | undefined): Promise<FileReader> => {
    if (!run?.landing) throw new UnreadableFileError('the landing of its run is not known any more')
    const file = await openFile(store, dataset, run)
    return { columns: file.header.length, publish: publisherOf(dataset, file.columns) }
  }
  const fileOf = (run: string) => files.get(run) ?? files.set(run, open(find(run))).get(run)!
  const tools = { dataset, topics: topics!, fileOf }
  let run = start
  const parts = landedRows(await store.stream(start.landing!), start.row, rowsPerTransaction)
  for await (const { rows, isLast } of parts) {
    const publication = await publishReplay(tools, rows, run)
    yield { ...publication, isLast }
    run = publication.run
  }
}

async function* imported(
  { store, rowsPerTransaction }: Importer,
  dataset: Dataset,
  start: Run,
): AsyncGenerator<Publication, undefined> {
  let encoding = null as string | null
  const file = await openFile(store, dataset, start, (name) => (encoding = name))
  // its position is one of the text that it began with
  if (start.byte > 0 && start.encoding !== null && start.encoding !== encoding)
    throw new UnreadableFileError(
      `the run began to read its file as ${start.encoding}, and its definition now says ${encoding}: import it again`,
    )
  const publish = publisherOf(dataset, file.columns)
  let run: Run = { ...start, encoding }
  let waiting: Block[] = []
  let rows = 0
  for await (const block of file.blocks(run.byte === 0 ? undefined : { byte: run.byte, row: run.row })) {
    waiting.push(block)
    rows += block.rows.length + block.unreadable.length
    if (rows < rowsPerTransaction && block.end.byte - run.byte < largestPart) continue
    const publication = publish(waiting, run)
    yield { ...publication, isLast: false }
    run = publication.run
    waiting = []
    rows = 0
  }
  yield { ...publish(waiting, run), isLast: true }
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
