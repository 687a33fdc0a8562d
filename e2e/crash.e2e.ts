/** Whatever dies in the middle of an import: no row is lost, none is counted twice. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { writeQuakes, type QuakeFileSummary } from '../bench/generate-quakes.ts'
import { stageNames } from '../infra/local/servers/stages.ts'
import { countDocuments, measured, simulated } from './support/documents.ts'
import { queryLake } from './support/objects.ts'
import { kill, revive, reviveKilled, secondInstance, type Instance } from './support/processes.ts'
import { ingested, receiptOf, runAt, startRun, unanswered, type Run } from './support/runs.ts'
import { filesDir } from './support/stack.ts'
import { committedOf, endsOf, withAdmin } from './support/topics.ts'
import { until } from './support/until.ts'

const dataset = 'quakes-crash'

interface Import {
  runId: string
  rows: number
  summary: QuakeFileSummary
}

const imports: Import[] = []
const receipts: Run[] = []

/** Events of their own for each import, of one day: the lake has an object for each day and type. */
async function begin(rows: number): Promise<Import> {
  const seed = imports.length + 1
  const file = join(filesDir, `crash-${seed}.csv`)
  const summary = await writeQuakes(file, { rows, seed, days: 1 })
  const begun = { runId: await startRun(dataset, `file://${file}`), rows, summary }
  imports.push(begun)
  return begun
}

async function finish({ runId, summary }: Import): Promise<void> {
  const receipt = await receiptOf(runId)
  receipts.push(receipt)
  const { rows, distinctIds, revisions, duplicates, stale, broken } = summary
  const quarantined = sum(Object.values(broken))
  const clean = distinctIds + revisions
  expect(receipt.counters).toMatchObject({
    read: rows,
    clean,
    duplicate: duplicates + stale,
    quarantined,
    processed: clean,
  })
  expect(unanswered(receipt)).toEqual([])
}

/** True once a stage has done a part of what came since `before`. */
async function hasBegun(stage: string, topic: string, before: number[]): Promise<boolean> {
  return (await committedOf(stage, topic)).some((offset, lane) => offset > before[lane]!)
}

/** True when a stage has not come to the end in every lane. */
async function hasWorkLeft(stage: string, topic: string): Promise<boolean> {
  const committed = await committedOf(stage, topic)
  return (await endsOf(topic)).some((end, lane) => end > committed[lane]!)
}

const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0)

const instances: Instance[] = []

afterEach(reviveKilled)

afterAll(() => {
  for (const { child } of instances) child.kill('SIGKILL')
})

describe('kill -9 in the middle of an import', () => {
  it('of the ingestor: the same run goes on from where it was', async () => {
    const begun = await begin(50_000)
    const { rows } = await until(
      'some rows',
      async () => {
        const run = await runAt(begun.runId)
        return run && run.rows > 0 ? run : undefined
      },
      { everyMs: 10 },
    )
    await kill('ingestor')
    expect(rows).toBeLessThan(begun.rows)
    await revive('ingestor')
    expect(await ingested(begun.runId)).toMatchObject({
      runId: begun.runId,
      rows: begun.rows,
    })
    await finish(begun)
  })

  it.each([
    ['cleaner', 'raw'],
    ['generator', 'clean'],
    ['sink-minio', 'enriched'],
    ['indexer', 'objects'],
  ])('of the %s: it goes on from its last transaction', async (stage, kind) => {
    const topic = `${dataset}.${kind}`
    const before = await committedOf(stage, topic)
    const begun = await begin(24_000)
    await until(`the ${stage} to have begun`, () => hasBegun(stage, topic, before), { everyMs: 10 })
    await kill(stage)
    await until(`work to be left for the ${stage}`, () => hasWorkLeft(stage, topic), { seconds: 30 })
    expect((await runAt(begun.runId))?.state).toMatch(/^(publishing|processing)$/)
    await revive(stage)
    await finish(begun)
  })
})

describe('two cleaners that share the lanes', () => {
  it('lose nothing when one of them is killed', async () => {
    const second = await secondInstance('cleaner')
    instances.push(second)
    await membersOf('dsf.cleaner', 2)
    const topic = `${dataset}.raw`
    const before = await committedOf('cleaner', topic)
    const begun = await begin(30_000)
    await until('the cleaners to have begun', () => hasBegun('cleaner', topic, before), { everyMs: 10 })
    await kill('cleaner')
    expect(await hasWorkLeft('cleaner', topic)).toBe(true)
    await finish(begun)
    await membersOf('dsf.cleaner', 1)
    await revive('cleaner')
    await membersOf('dsf.cleaner', 2)
    second.child.kill('SIGTERM')
    expect(await Promise.race([second.ended, sleep(25_000, 'still running')])).toBe(0)
  })
})

describe('SIGTERM', () => {
  it('ends each stage with exit code 0 within 25 seconds in the middle of an import, which goes on elsewhere', async () => {
    const second = await Promise.all(stageNames.map((name) => secondInstance(name)))
    instances.push(...second)
    await Promise.all(stageNames.map((name) => membersOf(`dsf.${name}`, 2)))
    const before = await committedOf('cleaner', `${dataset}.raw`)
    const begun = await begin(30_000)
    await until('the import to be on its way', () => hasBegun('cleaner', `${dataset}.raw`, before), {
      everyMs: 10,
    })
    for (const { child } of second) child.kill('SIGTERM')
    const ends = second.map(({ ended }) => Promise.race([ended, sleep(25_000, 'still running')]))
    const codes = await Promise.all(ends)
    expect(stageNames.map((name, i) => [name, codes[i]])).toEqual(stageNames.map((name) => [name, 0]))
    await finish(begun)
  })
})

describe('after all of this', () => {
  it('every event has its document, and every version is in the lake once', async () => {
    expect(receipts.length).toBe(imports.length)
    expect(unanswered(...receipts)).toEqual([])
    const total = (name: string) => sum(receipts.map(({ counters }) => counters[name]!))
    expect(await countDocuments(dataset, measured)).toBe(
      sum(imports.map(({ summary }) => summary.distinctIds)),
    )
    expect(await countDocuments(dataset, simulated)).toBeGreaterThan(0)
    // of documents that a killed indexer had written, nobody knows what they were
    const [documents, created] = [await countDocuments(dataset), total('created')]
    expect(documents).toBeGreaterThanOrEqual(created)
    expect(documents).toBeLessThanOrEqual(created + total('repeated'))
    const lake = await queryLake(dataset)
    const [found] = await lake(
      'SELECT count(*)::INT AS rows, count(DISTINCT (id, dsf_version))::INT AS versions FROM lake',
    )
    expect(found).toEqual({ rows: total('stored'), versions: total('stored') })
  })
})

function membersOf(groupId: string, members: number): Promise<unknown> {
  const stable = async () => {
    const { groups } = await withAdmin((admin) => admin.describeGroups([groupId]))
    return groups[0]!.state === 'Stable' && groups[0]!.members.length === members
  }
  return until(`${members} members in ${groupId}`, stable, { everyMs: 250 })
}
