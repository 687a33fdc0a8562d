/** What a stage refused can be looked at, and comes in when the reason is gone: under its old name, and once. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { stageAddress } from '../infra/local/servers/stages.ts'
import { repositoryRoot } from '../infra/local/settings.ts'
import { writeTestDataset } from './support/datasets.ts'
import { addField, countDocuments, documentsOf, indexWithout } from './support/documents.ts'
import { kill, revive } from './support/processes.ts'
import { importSource, ingested, receiptOf, runAt, unanswered } from './support/runs.ts'
import { filesDir, runDir, settings } from './support/stack.ts'
import { endsOf } from './support/topics.ts'
import { until } from './support/until.ts'

const dataset = 'quakes-quarantine'
const ingestor = stageAddress(settings, 'ingestor')

/** The CLI as an operator calls it. */
function dsf(...args: string[]): { status: number | null; out: string; err: string } {
  const cli = join(repositoryRoot, 'node_modules/.bin/dsf')
  const ends = ['--url', ingestor]
  const called = spawnSync(cli, [...args, ...ends], { encoding: 'utf8' })
  return { status: called.status, out: called.stdout, err: called.stderr }
}
const answerOf = (...args: string[]): any => JSON.parse(dsf(...args, '-o', 'json').out)
const replay = (...args: string[]) => answerOf('quarantine', 'replay', dataset, ...args)
const openRows = (code: string): number =>
  answerOf('quarantine', 'count', dataset).counts.find((count: { code: string }) => count.code === code)
    ?.open ?? 0

const header =
  'time,latitude,longitude,depth,mag,magType,nst,gap,dmin,rms,net,id,updated,place,type,horizontalError,depthError,magError,magNst,status,locationSource,magSource'

const quake = (id: string, mag: number, updated = '2026-11-01T01:00:00.000Z') =>
  `2026-11-01T00:00:00.000Z,10,20,5,${mag},ml,,,,,us,${id},${updated},"1km N of X, Chile",earthquake,,,,,reviewed,us,us`

function fileOf(name: string, rows: string[]): string {
  const file = join(filesDir, name)
  writeFileSync(file, `${[header, ...rows].join('\n')}\n`)
  return `file://${file}`
}

/** The cleaner that runs takes the changed definition. */
async function allow(largestMagnitude: number): Promise<void> {
  const taken = () =>
    readFileSync(join(runDir, 'logs/cleaner.log'), 'utf8').split(`"changed":["${dataset}"]`).length
  const before = taken()
  writeTestDataset(join(runDir, 'datasets'), dataset, { largestMagnitude })
  await until('the cleaner to take it', () => taken() > before)
}

let runId = ''

beforeAll(async () => {
  const broken = quake('cut', 1).slice(0, 60)
  const rows = [quake('small', 4), quake('big', 6), quake('huge', 9), broken]
  ;({ runId } = await importSource(dataset, fileOf('refused.csv', rows)))
})

it('is of a run that the operator may start, and see until its receipt', () => {
  const source = fileOf('one.csv', [quake('one', 4)])
  const run = answerOf('runs', 'start', dataset, '--source', source, '--wait')
  expect(run).toMatchObject({ state: 'succeeded', counters: { read: 1, created: 1 } })
  expect(answerOf('runs', 'show', run.runId)).toEqual(run)
})

describe('quarantine', () => {
  it('is counted by stage and reason', () => {
    const { counts } = answerOf('quarantine', 'count', dataset)
    expect(counts).toEqual([
      { stage: 'cleaner', code: 'maximum', open: 2, replayed: 0 },
      { stage: 'ingestor', code: 'unreadable', open: 1, replayed: 0 },
    ])
    expect(dsf('quarantine', 'count', dataset).out).toMatch(/cleaner +maximum +2 +0/)
  })

  it('lists rows by their reason, and shows one with its original bytes', () => {
    const { rows, next } = answerOf('quarantine', 'list', dataset, '--code', 'unreadable')
    expect([rows.length, next]).toEqual([1, undefined])
    expect(rows[0]).toMatchObject({ runId, row: 4, stage: 'ingestor', content: 'csv' })
    const shown = answerOf('quarantine', 'show', dataset, rows[0].id)
    expect(shown.text).toBe(quake('cut', 1).slice(0, 60))
    expect(Buffer.from(shown.bytes, 'base64').toString()).toBe(shown.text)
    const [refused] = answerOf('quarantine', 'list', dataset, '--code', 'maximum').rows
    expect(answerOf('quarantine', 'show', dataset, refused.id).record).toMatchObject({ id: refused.key })
  })

  it('is listed in pages, of which each goes on where the one before ended', () => {
    const all = answerOf('quarantine', 'list', dataset).rows
    const first = answerOf('quarantine', 'list', dataset, '--limit', '2')
    const second = answerOf('quarantine', 'list', dataset, '--limit', '2', '--cursor', first.next)
    expect([...first.rows, ...second.rows]).toEqual(all)
    const wrong = dsf('quarantine', 'list', dataset, '--cursor', 'yesterday')
    expect([wrong.status, wrong.err]).toEqual([
      1,
      expect.stringContaining('expected what `next` of the page before says'),
    ])
  })

  it('is called wrongly with exit code 2 and the usage, and in vain with 1 and the reason', () => {
    expect(dsf('quarantine', 'eat', dataset)).toMatchObject({ status: 2, out: '' })
    const unknown = dsf('quarantine', 'count', 'nowhere')
    expect([unknown.status, unknown.err]).toEqual([
      1,
      expect.stringContaining('no dataset is named "nowhere"'),
    ])
  })
})

describe('a replay', () => {
  it('that is only tried says what it would do, and does nothing', async () => {
    const before = await endsOf(`${dataset}.requests`)
    expect(replay('--dry-run')).toEqual({ selected: 3, skipped: {}, objects: [] })
    expect(await endsOf(`${dataset}.requests`)).toEqual(before)
  })

  it('before anything was mended refuses the same rows again, and its sums hold', async () => {
    const { run } = replay('--code', 'maximum', '--wait')
    const receipt = await receiptOf(run.runId)
    expect(receipt.counters).toMatchObject({ read: 2, clean: 0, quarantined: 2 })
    expect(unanswered(receipt)).toEqual([])
    expect(openRows('maximum')).toBe(2)
  })

  it('after the definition was mended brings the rows in, as the rows of the run that they came with', async () => {
    await allow(10)
    const { run } = replay('--code', 'maximum', '--wait')
    const receipt = await receiptOf(run.runId)
    expect(receipt.counters).toMatchObject({ read: 2, clean: 2, quarantined: 0 })
    expect(unanswered(receipt)).toEqual([])
    const documents = await documentsOf(dataset)
    expect(documents.get('big')?._source).toMatchObject({ dsf_run: runId, dsf_row: 2, mag: 6 })
    expect(documents.get('huge')?._source).toMatchObject({ dsf_run: runId, dsf_row: 3, mag: 9 })
    expect(openRows('maximum')).toBe(0)
  })

  it('again finds nothing left to do', () => {
    expect(replay('--code', 'maximum')).toEqual({ selected: 0, skipped: {}, objects: [] })
  })

  it('of an older version than the one that came meanwhile changes nothing', async () => {
    await allow(5)
    await importSource(dataset, fileOf('old.csv', [quake('late', 7, '2026-11-01T02:00:00.000Z')]))
    await importSource(dataset, fileOf('new.csv', [quake('late', 3, '2026-11-01T03:00:00.000Z')]))
    await allow(10)
    const receipt = await receiptOf(replay('--code', 'maximum', '--wait').run.runId)
    expect(receipt.counters).toMatchObject({ read: 1, clean: 0, duplicate: 1 })
    expect((await documentsOf(dataset)).get('late')?._source['mag']).toBe(3)
  })

  it('with the same idempotency key is the same run', () => {
    const first = replay('--code', 'unreadable', '--key', 'once', '--wait')
    const second = replay('--code', 'unreadable', '--key', 'once', '--wait')
    expect(second.run.runId).toBe(first.run.runId)
  })

  it('of a row that still cannot be read leaves it in quarantine under its old name', () => {
    const { rows } = answerOf('quarantine', 'list', dataset, '--code', 'unreadable')
    expect(rows).toMatchObject([{ runId, row: 4, stage: 'ingestor' }])
  })

  it('goes on from where it was when the ingestor is killed in the middle of it', async () => {
    await allow(5)
    const rows = Array.from({ length: 30_000 }, (_, i) => quake(`many-${i}`, 5.5))
    await importSource(dataset, fileOf('many.csv', rows))
    await allow(10)
    const before = await countDocuments(dataset, { term: { simulated: false } })
    const { run } = replay('--code', 'maximum')
    await until(
      'the replay to have begun',
      async () => {
        return (await runAt(run.runId))?.landing !== undefined
      },
      { everyMs: 5 },
    )
    await kill('ingestor')
    await revive('ingestor')
    expect(await ingested(run.runId)).toMatchObject({ rows: 30_000 })
    const receipt = await receiptOf(run.runId)
    expect(receipt.counters).toMatchObject({ read: 30_000, clean: 30_000 })
    expect(await countDocuments(dataset, { term: { simulated: false } })).toBe(before + 30_000)
  })
})

describe('a document that Elasticsearch refuses', () => {
  it('comes into the index by a replay of its object, once the mapping takes it', async () => {
    await indexWithout(dataset, 'magNst')
    const rows = [quake('plain', 2), quake('torn', 2).replace(',,reviewed', ',9,reviewed')]
    const failed = await importSource(dataset, fileOf('torn.csv', rows))
    expect(failed).toMatchObject({ state: 'failed', counters: { stored: 2, created: 1, refused: 1 } })
    const [row] = answerOf('quarantine', 'list', dataset, '--stage', 'indexer').rows
    expect(row).toMatchObject({ runId: failed.runId, row: 2, key: 'torn', content: 'json' })
    await addField(dataset, 'magNst', 'long')
    const lake = [expect.stringMatching(/^lake\//)]
    expect(replay('--stage', 'indexer')).toMatchObject({ selected: 1, skipped: {}, objects: lake })
    const there = async () => (await documentsOf(dataset)).get('torn')
    expect((await until('the document', there))._source).toMatchObject({ dsf_run: failed.runId, magNst: 9 })
  })
})

describe('a file of more days than a chunk may have partitions', () => {
  const scattered = 'quakes-scattered'
  const onDay = (day: number) => quake(`day-${day}`, 2).replace('2026-11-01T00', `2026-11-0${day}T00`)

  it('has its first days in lake and index, all others in quarantine, and a failed run that says so', async () => {
    const run = await importSource(scattered, fileOf('scattered.csv', [1, 2, 3, 4].map(onDay)))
    expect(run.state).toBe('failed')
    expect(run.reason).toContain('more partitions than x-dsf.sinks.lake.partitions allows')
    const { clean, enriched, stored, created, 'quarantined:partitions': refused } = run.counters
    expect([clean, stored! + refused!, created]).toEqual([4, enriched, stored])
    const { rows } = answerOf('quarantine', 'list', scattered, '--code', 'partitions')
    expect(rows).toHaveLength(refused!)
    expect(rows[0]).toMatchObject({ runId: run.runId, stage: 'sink-minio', content: 'json' })
    expect(JSON.parse(answerOf('quarantine', 'show', scattered, rows[0].id).text)).toMatchObject({
      id: rows[0].key,
    })
    const { selected, skipped, run: replayed } = answerOf('quarantine', 'replay', scattered, '--dry-run')
    expect([selected, Object.values(skipped), replayed]).toEqual([refused, [refused], undefined])
  })

  it('holds up no other import of its dataset', async () => {
    const run = await importSource(scattered, fileOf('one-day.csv', [quake('one-day', 2)]))
    expect(run).toMatchObject({ state: 'succeeded', counters: { clean: 1 } })
  })
})
