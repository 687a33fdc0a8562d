/** A new version of an index is filled from the lake while rows come in and readers read; nobody misses anything. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeQuakes } from '../bench/generate-quakes.ts'
import { healthAddress } from '../infra/local/servers/stages.ts'
import { changeTestDataset } from './support/datasets.ts'
import { aliasOf, ask, countDocuments, documentsOf, mappingOf } from './support/documents.ts'
import { parkedAt, revive, secondInstance, terminate } from './support/processes.ts'
import { reindex as reindexCommand } from './support/reindex.ts'
import { importSource, receiptOf, startRun } from './support/runs.ts'
import { filesDir, runDir, settings } from './support/stack.ts'
import { until } from './support/until.ts'

const dataset = 'quakes-reindex'

const reindex = (...args: string[]) => reindexCommand(dataset, ...args)

async function fileOf(name: string, rows: number, seed: number): Promise<string> {
  const file = join(filesDir, name)
  await writeQuakes(file, { rows, seed })
  return `file://${file}`
}

/** Documents without what the mapping decides. */
const contentOf = async () =>
  new Map([...(await documentsOf(dataset))].map(([id, { _version, _source }]) => [id, { _version, _source }]))

beforeAll(async () => {
  await importSource(dataset, await fileOf('before.csv', 6000, 1))
})

describe('a new version of the index', () => {
  it('has every document while an import runs, and the alias always answers with a whole index', async () => {
    const before = await countDocuments(dataset)
    const counts: number[] = []
    let over = false
    const reader = (async () => {
      while (!over) counts.push((await ask(`${dataset}/_count`)).count as number)
    })()
    const run = await startRun(dataset, await fileOf('meanwhile.csv', 20_000, 2))
    const command = reindex()
    expect(await command.ended).toBe(0)
    await receiptOf(run)
    over = true
    await reader

    expect(command.lines.at(-1)).toBe(`complete: ${dataset}-v2`)
    expect(await aliasOf(dataset)).toEqual([`${dataset}-v2`])
    expect(counts.length).toBeGreaterThan(10)
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(before)
    // what the present index lacks, a third version made at rest would have
    const present = await contentOf()
    expect(await reindex().ended).toBe(0)
    expect(await aliasOf(dataset)).toEqual([`${dataset}-v3`])
    expect(await contentOf()).toEqual(present)
  })

  it('is made anew when the command was killed while it was filled', async () => {
    const present = await contentOf()
    const killed = reindex()
    await until('the new index', () => killed.lines.some((line) => line.endsWith('-v4: made')), {
      everyMs: 2,
    })
    killed.kill()
    expect(await killed.ended).toBeNull()
    expect(await aliasOf(dataset)).toEqual([`${dataset}-v3`])

    expect(await reindex().ended).toBe(0)
    expect(await aliasOf(dataset)).toEqual([`${dataset}-v4`])
    expect(await contentOf()).toEqual(present)
  })

  it('is completed when the command was broken off behind the move', async () => {
    const present = await contentOf()
    await ask(`${dataset}-v5`, { mappings: { _meta: { reindex: 'catching up' } } }, 'PUT')
    const [remove, add] = [4, 5].map((version) => ({ index: `${dataset}-v${version}`, alias: dataset }))
    await ask('_aliases', { actions: [{ remove }, { add: { ...add, is_write_index: true } }] })
    expect(await countDocuments(dataset)).toBe(0)

    expect(await reindex().ended).toBe(0)
    expect(await aliasOf(dataset)).toEqual([`${dataset}-v5`])
    expect(await contentOf()).toEqual(present)
  })

  it('is what a changed definition asks for: an indexer that runs or starts says so, and takes it by itself once it is there', async () => {
    changeTestDataset(join(runDir, 'datasets'), dataset, { searchable: 'net' })
    const running = healthAddress(settings, 'indexer')
    await until('the indexer to refuse the change', async () => (await parkedAt(running)).length > 0)
    expect(await parkedAt(running)).toEqual([
      expect.objectContaining({
        what: `change of ${dataset}`,
        reason: expect.stringMatching(
          /the one before goes on: .* make reindex DATASET=quakes-reindex/,
        ) as string,
      }),
    ])
    const second = await secondInstance('indexer')
    expect(await parkedAt(second.url)).toEqual([
      expect.objectContaining({
        dataset,
        reason: expect.stringContaining('make reindex DATASET=quakes-reindex') as string,
      }),
    ])
    expect((await mappingOf(dataset))['net']).toMatchObject({ type: 'keyword' })

    expect(await reindex().ended).toBe(0)
    expect((await mappingOf(dataset))['net']).toMatchObject({ type: 'text' })
    await until('the dataset to start', async () => (await parkedAt(second.url)).length === 0)
    await until('the change to be taken', async () => (await parkedAt(running)).length === 0)
    second.child.kill()
    await second.ended
  })

  it('leaves the old ones until it is told otherwise', async () => {
    const indices = async () => Object.keys(await ask(`${dataset}-v*/_alias`, undefined, 'GET')).toSorted()
    expect(await indices()).toEqual([1, 2, 3, 4, 5, 6].map((n) => `${dataset}-v${n}`))
    const drop = reindex('--drop')
    expect(await drop.ended).toBe(0)
    expect(await indices()).toEqual([`${dataset}-v6`])
    expect(await countDocuments(dataset)).toBeGreaterThan(6000)
  })

  it('is filled when everything was lost: an indexer that starts makes an empty one to begin with', async () => {
    const present = await contentOf()
    await ask(`${dataset}-v6`, undefined, 'DELETE')
    await terminate('indexer')
    await revive('indexer')
    expect(await aliasOf(dataset)).toEqual([`${dataset}-v1`])
    expect(await countDocuments(dataset)).toBe(0)

    expect(await reindex().ended).toBe(0)
    expect(await aliasOf(dataset)).toEqual([`${dataset}-v2`])
    expect(await contentOf()).toEqual(present)
  })

  it('does not take the place of one that has more documents', async () => {
    const { _source } = [...(await documentsOf(dataset)).values()][0]!
    await ask(`${dataset}/_doc/of-no-object?refresh`, _source)
    expect(await reindex().ended).toBe(1)
    expect(await aliasOf(dataset)).toEqual([`${dataset}-v2`])
  })
})
