import type { Dataset } from '@dsf/dataset'
import type { ObjectStore } from '@dsf/store'
import { describe, expect, it } from 'vitest'
import { batchOf, openStore, quake, quakes } from '../testing/chunks.ts'
import { refuseScattered } from './refuse-scattered.ts'
import { sinkMinio } from './sink-minio.stage.ts'
import { routesOf, writeObjects } from './write-objects.ts'

const noted = () => undefined

describe('a chunk of more partitions than the dataset allows', () => {
  const lake = { ...quakes.sinks.lake, partitions: 3 }
  const narrow: Dataset = { ...quakes, sinks: { ...quakes.sinks, lake } }
  const types = ['a', 'b', 'c', 'd', 'a', 'e', 'd', 'c']
  const rows = types.map((type, i) => quake(`${type}${i}`, { type, dsf_row: i }))
  const batch = { ...batchOf('enriched', rows, narrow), keys: rows.map(({ id }) => Buffer.from(String(id))) }
  const writeNarrow = (store: ObjectStore) => writeObjects(store, routesOf(narrow).enriched, batch, noted)

  it('becomes so many objects, and the rows of all others go to quarantine in the order of the lane', async () => {
    const { store, objects } = openStore()
    const { objects: announced, without } = await writeNarrow(store)
    expect(announced.map(({ value }) => (value as { type: string; records: number }).type)).toEqual([
      'a',
      'b',
      'c',
    ])
    expect(objects.size).toBe(3)
    const refused = refuseScattered(batch, without)
    expect(refused.map(({ key }) => String(key))).toEqual(['d3', 'e5', 'd6'])
    expect(refused[0]!.value).toMatchObject({
      dsf_run: 'r',
      dsf_row: 3,
      stage: 'sink-minio',
      content: 'json',
    })
    const [reason] = (refused[0]!.value as { reasons: { code: string; message: string }[] }).reasons
    expect(reason).toMatchObject({ code: 'partitions', message: expect.stringContaining('more than 3') })
  })

  it('is cut the same way when it is written again', async () => {
    const [first, second] = [openStore(), openStore()]
    expect(await writeNarrow(first.store)).toEqual(await writeNarrow(second.store))
    expect(first.objects).toEqual(second.objects)
  })

  it('is counted so that stored and refused rows are all rows, and gives a sign of life with each object', async () => {
    const { store } = openStore()
    const stage = sinkMinio(store)
    let signs = 0
    const { counts, out } = await stage.handle(batch, { heard: () => signs++ } as never)
    expect(signs).toBe(out!.objects!.length)
    expect(counts).toEqual({ stored: 5, 'quarantined:partitions': 3 })
    expect(out!.quarantine).toHaveLength(3)
  })
})
