import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask, csv, newOnes, sourceOf, told, watched, weather, write } from '../../testing/watched-folder.ts'

describe('new files of a folder', () => {
  it('are read by one request, each by a run of its own, the oldest first, and each once', async () => {
    write('b.csv', 30)
    write('a.csv', 20)
    write('c.csv', 30)
    const done = await ask()
    expect(told(done)).toEqual(['processing b.csv', 'processing c.csv', 'processing a.csv'])
    expect(done.map(({ waiting, next }) => [waiting, next])).toEqual([
      [2, done[1]!.run],
      [1, done[2]!.run],
      [0, null],
    ])
    expect(done.map(({ files }) => files?.seen.length)).toEqual([undefined, undefined, 3])
    expect(await newOnes()).toEqual(['succeeded '])
    write('d.csv', 25)
    expect(await newOnes()).toEqual(['processing d.csv'])
  })

  it('are none: that is a success without a row, which says which run read the last one', async () => {
    write('a.csv', 10)
    const [first] = await ask()
    const again = (await ask()).at(-1)!
    expect(again).toMatchObject({
      ...{ state: 'succeeded', row: 0, landing: null, address: null, next: null },
      unchanged: { since: first!.run, by: 'no new file' },
    })
  })

  it('are not read where nothing but the number of a row tells rows apart, whoever asks for them', async () => {
    write('a.csv', 10)
    const key = [{ ...weather.fields[0]!, rowNumber: true as const }]
    const [run] = await ask({ dataset: { ...weather, key } })
    expect(run).toMatchObject({ state: 'failed', landing: null })
    expect(run!.reason).toContain('each of several files begins with row 1')
  })

  it('are read by name where the definition says so', async () => {
    write('b.csv', 30)
    write('a.csv', 20)
    write('c.csv', 40)
    expect(await newOnes({ dataset: sourceOf({ order: 'name' }) })).toEqual(
      ['a', 'b', 'c'].map((name) => `processing ${name}.csv`),
    )
  })

  it('are also those that were replaced, whatever became of their time, and those that are as another one', async () => {
    write('a.csv', 10)
    write('b.csv', 10, csv(2))
    await ask()
    write('a.csv', 60, csv(11) + csv(12).split('\n')[1]! + '\n')
    write('c.csv', 5, csv(2))
    expect(await newOnes()).toEqual(['processing a.csv', 'processing c.csv'])
  })

  it('are read although one has the very content of the file that was read before', async () => {
    write('a.csv', 10)
    const [first] = await ask()
    watched.states.set({ ...first!, state: 'succeeded' })
    watched.states.commit()
    write('b.csv', 5)
    expect(await newOnes()).toEqual(['processing b.csv'])
  })

  it('lie in folders, too, and a name that begins with a point is none of them', async () => {
    watched.pattern = `file://${watched.folder}/*/part-*.csv`
    for (const name of ['1/part-1.csv', '2/part-1.csv', '2/other.csv', '.3/part-1.csv', 'part-1.csv'])
      write(name, 10)
    const done = await ask()
    expect(done.map(({ address }) => address!.slice(`file://${watched.folder}`.length))).toEqual([
      '/1/part-1.csv',
      '/2/part-1.csv',
    ])
  })

  it('may still be in the writing for a minute, and those behind them wait for them', async () => {
    write('a.csv', 0.1)
    const [failed] = await ask()
    expect(failed).toMatchObject({
      state: 'failed',
      reason: `no file matches file ${watched.folder}/*.csv that was written more than 60 s ago: a younger one may still be in the writing`,
    })
    write('b.csv', 10)
    expect(await newOnes()).toEqual(['processing b.csv'])
    expect(await newOnes()).toEqual(['succeeded '])
    write('a.csv', 2)
    expect(await newOnes()).toEqual(['processing a.csv'])
  })

  it('have names with whatever characters an address can be written with', async () => {
    const names = ['a b.csv', '%41.csv', 'ü?.csv', '#1.csv', '*.csv', "'&+;=.csv"]
    names.forEach((name, i) => write(name, 60 - i))
    const done = await ask()
    expect(done.map(({ state }) => state)).toEqual(names.map(() => 'processing'))
    expect(done.map(({ address }) => decodeURIComponent(basename(address!)))).toEqual(names)
  })

  it('fail the run in a sentence when no address can have their name, unless they are left out', async () => {
    write('a\nb.csv', 10)
    write('c.csv', 5)
    const [failed] = await ask()
    expect(failed).toMatchObject({
      state: 'failed',
      reason: `file ${watched.folder}/*.csv matches "${watched.folder}/a\\nb.csv", which cannot be written as an address: rename it, or leave it out by source.skip of the definition`,
    })
    expect(await newOnes({ dataset: sourceOf({ skip: ['a\nb.csv'] }) })).toEqual(['processing c.csv'])
  })

  it('are none in a folder that is empty, which fails the run', async () => {
    expect((await ask())[0]).toMatchObject({
      state: 'failed',
      reason: `no file matches file ${watched.folder}/*.csv`,
    })
  })

  it('lie in the folders of days, too, as far as it is looked back', async () => {
    const day = (daysAgo: number) => new Date(Date.now() - 86_400_000 * daysAgo).toISOString().slice(0, 10)
    watched.pattern = `file://${watched.folder}/{yyyy-MM-dd}/*.csv`
    const dataset = sourceOf({ lookBack: 2 })
    write(`${day(3)}/old.csv`, 50)
    write(`${day(2)}/a.csv`, 40)
    write(`${day(0)}/b.csv`, 30)
    write('c.csv', 20)
    expect(await newOnes({ dataset })).toEqual(['processing a.csv', 'processing b.csv'])
    expect(await newOnes({ dataset })).toEqual(['succeeded '])
    write(`${day(1)}/d.csv`, 10)
    expect(await newOnes({ dataset })).toEqual(['processing d.csv'])
  })

  it('are each read once where several days have it', async () => {
    watched.pattern = `file://${watched.folder}/*{MM}*.csv`
    write('0123456789101112-a.csv', 20)
    const done = await ask({ dataset: sourceOf({ lookBack: 11 }) })
    expect(done.map(({ state, waiting }) => [state, waiting])).toEqual([['processing', 0]])
  })

  it('fail the run where no day has any, or its folder', async () => {
    watched.pattern = `file://${watched.folder}/{yyyy}-*.csv`
    const dataset = sourceOf({ lookBack: 1 })
    const year = new Date().getUTCFullYear()
    expect((await ask({ dataset }))[0]!.reason).toBe(
      `no file matches file ${watched.folder}/${year}-*.csv, or the same of a date before it (source.lookBack is 1)`,
    )
    watched.pattern = `file://${watched.folder}/{yyyy}/*.csv`
    expect((await ask({ dataset })).at(-1)!.reason).toBe(`folder ${watched.folder}/${year} does not exist`)
  })

  it('are not looked for outside of the folders that sources may come from', async () => {
    watched.pattern = 'file:///etc/*.conf'
    expect((await ask())[0]!.reason).toBe(
      'folder /etc is refused: it lies outside the folders that sources may come from',
    )
  })
})
