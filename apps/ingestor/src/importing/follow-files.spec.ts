import { describe, expect, it } from 'vitest'
import {
  ask,
  csv,
  newOnes,
  runs,
  sourceOf,
  told,
  watched,
  work,
  write,
} from '../../testing/watched-folder.ts'
import { newRun } from './run.ts'
import { RunStates } from './run-state.ts'

describe('a file that fails its run', () => {
  it('is asked for again by the next request, and those behind it wait until it is mended or left out', async () => {
    write('a.csv', 30)
    write('b.csv', 20, csv(2, 'date,other'))
    write('c.csv', 10)
    expect(await newOnes()).toEqual(['processing a.csv', 'failed b.csv'])
    expect(await newOnes()).toEqual(['failed b.csv'])
    expect(await newOnes({ dataset: sourceOf({ skip: ['b.csv'] }) })).toEqual(['processing c.csv'])
    write('b.csv', 5)
    expect(await newOnes()).toEqual(['processing b.csv'])
  })
})

describe('what was read of a pattern', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'is whole, and each file was read, when the lane is lost at transaction %i',
    async (dies) => {
      for (const name of ['a', 'b', 'c']) write(`${name}.csv`, 10)
      await ask({ dies })
      await work()
      const read = runs().filter(({ address }) => address !== null)
      expect(told(read.toSorted((a, b) => a.turn - b.turn))).toEqual(
        ['a', 'b', 'c'].map((name) => `processing ${name}.csv`),
      )
      expect(runs().flatMap(({ files }) => files?.seen.length ?? [])).toEqual([3])
    },
  )

  it('outlives the runs that are kept, and other sources in between', async () => {
    watched.states = new RunStates({ runs: 1, days: 1 })
    write('a.csv', 10)
    await ask()
    const one = watched.pattern
    write('other/b.csv', 10)
    watched.pattern = `file://${watched.folder}/other/*.csv`
    for (let i = 0; i < 3; i++) await ask()
    for (const { run } of runs()) watched.states.set({ ...watched.states.get(run)!, state: 'succeeded' })
    watched.states.commit()
    watched.states.prune(Date.now() + 30 * 86_400_000)
    watched.states.commit()
    watched.pattern = one
    expect(await newOnes()).toEqual(['succeeded '])
  })

  it('is forgotten by force, which reads all files again', async () => {
    for (const name of ['a', 'b']) write(`${name}.csv`, 10)
    await ask()
    expect(await newOnes({ force: true })).toEqual(['processing a.csv', 'processing b.csv'])
  })

  it('does not lead to a second run where one is asked for', async () => {
    for (const name of ['a', 'b', 'c']) write(`${name}.csv`, 10)
    watched.states.set(
      newRun({ run: 'other', type: 'import', source: watched.pattern, replay: null, requested_at: 1 }, 4),
    )
    const done = await ask()
    expect(told(done)).toEqual(['a', 'b', 'c'].map((name) => `processing ${name}.csv`))
    expect(done.slice(0, 2).map(({ run }) => run)).toEqual(['other', expect.stringMatching(/^asked/)])
  })
})
