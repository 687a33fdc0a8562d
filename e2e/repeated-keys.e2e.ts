/** What receipts say of documents, where a file has several rows of a key. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countDocuments } from './support/documents.ts'
import { importSource, unanswered } from './support/runs.ts'
import { filesDir } from './support/stack.ts'

describe('a file with repeated keys', () => {
  const dataset = 'weather-repeated'
  const days = (...rows: string[]) => {
    const file = join(filesDir, `repeated-${rows.length}.csv`)
    writeFileSync(file, ['date,precipitation,temp_max,temp_min,wind,weather', ...rows, ''].join('\n'))
    return importSource(dataset, `file://${file}`)
  }
  /** Of every third day there are three rows. */
  const rows = Array.from({ length: 300 }, (_, i) => Math.floor(i / 5)).flatMap((day, i) => {
    const date = new Date(Date.UTC(2020, 0, 1 + (i % 5 < 3 ? day * 3 : day * 3 + (i % 5) - 2)))
    return `${date.toISOString().slice(0, 10)},${i},9,1,2,rain`
  })

  it('says of which rows documents were made, and which replaced them: the index grows by what was created', async () => {
    const receipt = await days(...rows)
    expect(receipt.counters).toMatchObject({
      read: 300,
      stored: 300,
      created: 180,
      replaced: 120,
      superseded: 0,
    })
    expect(unanswered(receipt)).toEqual([])
    expect(await countDocuments(dataset)).toBe(180)
  })

  it('and once more with new days and changed ones: documents before, and created, are documents after', async () => {
    const before = await countDocuments(dataset)
    const changed = rows.slice(0, 10).map((row) => row.replace(',rain', ',snow'))
    const receipt = await days(...changed, '2030-01-01,1,9,1,2,sun', '2030-01-01,2,9,1,2,sun')
    const { created, replaced, superseded, repeated, stored } = receipt.counters
    expect({ created, replaced, superseded, repeated }).toEqual({
      ...{ created: 1, replaced: stored! - 1 },
      ...{ superseded: 0, repeated: 0 },
    })
    expect(await countDocuments(dataset)).toBe(before + created!)
  })
})
