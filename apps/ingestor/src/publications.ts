import { addCounters, type Dataset } from '@dsf/dataset'
import { sliced } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import type { Importer } from './importer.ts'
import { landedRows } from './land-quarantine.ts'
import { UnreadableFileError } from './open-csv.ts'
import { openDataset, type DatasetFile } from './open-dataset.ts'
import { openLanding } from './open-landing.ts'
import { publishReplay, type FileReader } from './publish-replay.ts'
import { publisherOf, type Publication, type Published } from './publish-rows.ts'
import type { Run } from './run.ts'

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
  const turn = sliced()
  const from = { ...start, encoding }
  let part = publish([], from)
  for await (const block of file.blocks(from.byte === 0 ? undefined : { byte: from.byte, row: from.row })) {
    await turn(block.rows.length + block.unreadable.length)
    part = joined(part, publish([block], part.run))
    if (part.counts['read']! < rowsPerTransaction && block.end.byte - from.byte < largestPart) continue
    yield { ...part, isLast: false }
    from.byte = block.end.byte
    part = publish([], part.run)
  }
  yield { ...part, isLast: true }
}

/** `to` is changed: what it holds is not copied for each block. */
function joined(to: Published, { raw, quarantine, counts, run }: Published): Published {
  for (const output of raw) to.raw.push(output)
  for (const output of quarantine) to.quarantine.push(output)
  addCounters(to.counts, counts)
  return { ...to, run }
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
