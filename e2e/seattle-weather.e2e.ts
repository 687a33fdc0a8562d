/** The whole way of a dataset of which there is nothing but a definition. */
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, it } from 'vitest'
import { ask, countDocuments, documentsOf, mappingOf, measured } from './support/documents.ts'
import { keysOf, queryLake } from './support/objects.ts'
import { feedUrl, importSource, unanswered, type Run } from './support/runs.ts'
import { withoutOrigin, mapValues } from './support/windows.ts'

describe('a dataset that is only a definition', () => {
  const source = `${feedUrl}/seattle-weather.csv`
  let rows: Record<string, string>[]
  let receipt: Run
  let foundAtOnce: number

  beforeAll(async () => {
    rows = parse<Record<string, string>>(await (await fetch(source)).text(), { columns: true })
    receipt = await importSource('seattle-weather', source)
    foundAtOnce = (await ask('seattle-weather/_count', { query: measured })).count as number
  })

  it('can be searched as soon as its run is over', () => {
    expect(foundAtOnce).toBe(rows.length)
  })

  it('comes through with every row', () => {
    const all = rows.length
    expect(receipt.counters).toMatchObject({
      read: all,
      clean: all,
      duplicate: 0,
      quarantined: 0,
      stored: all,
      created: all,
      replaced: 0,
    })
    expect(unanswered(receipt)).toEqual([])
  })

  it('has a document for each day, with the types of the definition', async () => {
    const expected = rows.map(({ date, weather, ...numbers }) => {
      const measured = Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)]))
      const temp_range = measured['temp_max']! - measured['temp_min']!
      return [
        date!,
        { date, weather, ...measured, temp_range, '@timestamp': Date.parse(date!), simulated: false },
      ]
    })
    const found = mapValues(await documentsOf('seattle-weather', measured), withoutOrigin)
    for (const document of Object.values(found)) delete document['dsf_version']
    expect(found).toEqual(Object.fromEntries(expected))
    expect(await mappingOf('seattle-weather')).toMatchObject({
      date: { type: 'date', format: 'strict_date' },
      '@timestamp': { type: 'date' },
      temp_range: { type: 'double' },
      weather: { type: 'keyword' },
    })
  })

  it('is in the lake by kind of day and year, as it asks for, and DuckDB reads a date', async () => {
    const lake = await queryLake('seattle-weather')
    expect(
      await lake(
        'SELECT count(*)::INT AS rows, count(DISTINCT date)::INT AS days, any_value(typeof(date)) AS type FROM lake',
      ),
    ).toEqual([{ rows: rows.length, days: rows.length, type: 'DATE' }])
    const paths = await lake(
      `SELECT DISTINCT filename, weather, strftime(date_trunc('year', date), '%Y-%m-%d') AS day FROM lake`,
    )
    const misplaced = paths.filter(
      ({ filename, weather, day }) =>
        !filename.startsWith(`lake/dataset=seattle-weather/type=${weather}/dt=${day}/`),
    )
    expect(misplaced).toEqual([])
  })

  it('is all duplicates the second time, by content, for it has no versions', async () => {
    const objects = await keysOf('lake', 'seattle-weather')
    const again = await importSource('seattle-weather', source)
    expect(again.counters).toMatchObject({
      read: rows.length,
      clean: 0,
      duplicate: rows.length,
      stored: 0,
      created: 0,
      replaced: 0,
    })
    expect(await keysOf('lake', 'seattle-weather')).toEqual(objects)
    expect(await countDocuments('seattle-weather')).toBe(rows.length)
  })
})
