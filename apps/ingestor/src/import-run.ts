import type { Dataset } from '@dsf/dataset'
import {
  crashPoint,
  TransientError,
  type HandlerContext,
  type ObjectStore,
  type Output,
  type Receipt,
  type Result,
  type TopicReader,
} from '@dsf/stage'
import { checkHeader, sniff } from './check-header.ts'
import { gunzipLimited, measuredBefore } from './gunzip-limited.ts'
import { landedRows, landQuarantine } from './land-quarantine.ts'
import { landSource, type Landing, type SourceLimits } from './land-source.ts'
import { hintOf, openCsv, UnreadableFileError, type CsvFile } from './open-csv.ts'
import { publishReplay, type FileReader } from './publish-replay.ts'
import { publisherOf, type Publication } from './publish-rows.ts'
import { begins, newRun, type RunProgress, type RunRequest, type RunStates } from './run-state.ts'
import type { Block } from './scan-csv.ts'
import { parseReplay } from './selection.ts'
import { SourceError } from './source-error.ts'

export interface Importer {
  store: ObjectStore
  limits: SourceLimits
  rowsPerTransaction: number
  /** reads the quarantine for a replay; there once the stage has started */
  topics?: TopicReader
}

/**
 * Runs one import as a chain of transactions: the landing, then the rows, each with the position behind them, then the
 * receipts. Called again for the same request it goes on from the last committed position; a finished run gives nothing,
 * unless it failed before its first row and was asked for again.
 */
export async function* importRun(
  importer: Importer,
  dataset: Dataset,
  request: RunRequest,
  context: HandlerContext<RunStates>,
): AsyncGenerator<Result> {
  const known = context.state.get(request.run)
  let run = begins(known, request) ? newRun(request, dataset.lanes) : known!
  if (run.state !== 'running') return
  const save = (next: RunProgress): Output[] => {
    context.state.set((run = next))
    return [{ key: next.run, value: next, lane: 0 }]
  }
  try {
    if (run.landing === null) {
      const landing = await land(importer, dataset, run, context)
      yield { out: { runs: save({ ...run, ...landing }) } }
      crashPoint('after-landing')
    }
    for await (const { raw, quarantine, counts, run: next } of publications(importer, dataset, run, context))
      yield { out: { raw, quarantine, runs: save(next) }, counts }
    const runs = save({ ...run, state: 'succeeded', ended_at: Date.now() })
    yield { out: { runs }, receipts: receiptsOf(dataset, run) }
  } catch (error) {
    if (!isSourceFailure(error) || (run.landing !== null && error instanceof SourceError))
      throw landingFailure(error)
    context.log.warn({ dataset: dataset.name, run: run.run, reason: error.message }, 'import failed')
    yield { out: { runs: save({ ...run, state: 'failed', reason: error.message, ended_at: Date.now() }) } }
  }
}

/** What is wrong with the source fails the run with its sentence; everything else is a failing server, or ours. */
const isSourceFailure = (error: unknown): error is Error =>
  error instanceof SourceError || error instanceof UnreadableFileError

/** The landing was whole when it was written: a stream of it that breaks is the store's failure, not the source's. */
const landingFailure = (error: unknown): unknown =>
  error instanceof SourceError
    ? new TransientError(`reading the landing object: ${error.message}`, { cause: error })
    : error

/** What is imported, as it stands in the store from now on. */
function land(
  { store, limits, topics }: Importer,
  dataset: Dataset,
  run: RunProgress,
  { heard, state }: HandlerContext<RunStates>,
): Promise<Landing> {
  const replay = parseReplay(run.source)
  if (!replay) return landSource(store, dataset, run, limits, heard)
  return landQuarantine({ store, topics: topics! }, dataset, run.run, { replay, before: state.replays() })
}

async function* publications(
  importer: Importer,
  dataset: Dataset,
  start: RunProgress,
  context: HandlerContext<RunStates>,
): AsyncGenerator<Publication> {
  yield* parseReplay(start.source)
    ? replayed(importer, dataset, start, context)
    : imported(importer, dataset, start, context)
}

/** The rows of a replay, from where the run stands. Each is put back as the row of the run that it came with. */
async function* replayed(
  { store, rowsPerTransaction, topics }: Importer,
  dataset: Dataset,
  start: RunProgress,
  context: HandlerContext<RunStates>,
): AsyncGenerator<Publication> {
  const files = new Map<string, Promise<FileReader>>()
  const open = async (run: RunProgress | undefined): Promise<FileReader> => {
    if (!run?.landing) throw new UnreadableFileError('the landing of its run is not known any more')
    const file = await openLanding(store, dataset, run)
    return { columns: file.header.length, publish: publisherOf(dataset, columnsOf(dataset, file)) }
  }
  const fileOf = (run: string) => files.get(run) ?? files.set(run, open(context.state.get(run))).get(run)!
  let run = start
  const parts = landedRows(await store.stream(start.landing!), start.row, rowsPerTransaction)
  for await (const { rows: part } of parts) {
    stopIfAsked(context)
    if (part.length === 0) continue
    const publication = await publishReplay({ dataset, topics: topics!, fileOf }, part, run)
    yield publication
    run = publication.run
  }
}

function stopIfAsked(context: HandlerContext<RunStates>): void {
  if (context.stopping())
    throw new TransientError('stopped in the middle of an import; it goes on from where it was')
}

async function* imported(
  importer: Importer,
  dataset: Dataset,
  start: RunProgress,
  context: HandlerContext<RunStates>,
): AsyncGenerator<Publication> {
  const file = await openLanding(importer.store, dataset, start)
  const publish = publisherOf(dataset, columnsOf(dataset, file))
  let run = start
  let waiting: Block[] = []
  let rows = 0
  for await (const block of file.blocks(run.byte === 0 ? undefined : { byte: run.byte, row: run.row })) {
    stopIfAsked(context)
    context.heard()
    waiting.push(block)
    rows += block.rows.length + block.unreadable.length
    if (rows < importer.rowsPerTransaction) continue
    const publication = publish(waiting, run)
    yield publication
    run = publication.run
    waiting = []
    rows = 0
  }
  if (rows > 0) yield publish(waiting, run)
}

function openLanding(store: ObjectStore, { dialect, source }: Dataset, run: RunProgress): Promise<CsvFile> {
  const open = async () => {
    const stored = await store.stream(run.landing!)
    return (
      run.landing!.endsWith('.gz') ? gunzipLimited(stored, measuredBefore) : stored
    ) as AsyncIterable<Buffer>
  }
  return openCsv(open, { dialect, maxRowBytes: source.maxRowBytes, sniff })
}

/** @throws UnreadableFileError with the columns that are missing or unknown */
function columnsOf(dataset: Dataset, file: CsvFile): number[] {
  const names = (fields: { name: string }[]) => fields.map(({ name }) => name)
  const check = checkHeader(file.header, {
    fields: names(dataset.fields),
    fieldsMatch: dataset.fieldsMatch,
    primaryKey: names(dataset.key),
  })
  if ('error' in check) throw new UnreadableFileError(check.error + hintOf(file.header.join()))
  return check.columns
}

function receiptsOf(
  dataset: Dataset,
  { run, read, quarantined, requested_at: requested, ended_at }: RunProgress,
): { to: 'raw'; receipt: Receipt }[] {
  return read.map((rows, lane) => {
    const refused = quarantined[lane]!
    const counters = {
      read: rows,
      quarantined: refused,
      ...(refused > 0 ? { 'quarantined:unreadable': refused } : {}),
    }
    const times = { requested, ingestor: ended_at! }
    return {
      to: 'raw',
      receipt: { run, dataset: dataset.name, lane, lanes: dataset.lanes, route: '', counters, times },
    }
  })
}
