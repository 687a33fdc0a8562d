import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Result } from '@dsf/stage'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  folder,
  csvOf,
  importOf,
  newStates,
  source,
  run,
  digest,
  lastRun,
  receipts,
} from '../../testing/import-lane.ts'
import { newRun } from './run.ts'

describe('an import that was broken off', () => {
  const rows = 45_000
  const request = source(csvOf(rows), 'long.csv')
  let whole: Result[]
  beforeAll(async () => {
    whole = await run(request)
    expect(whole.length).toBe(3)
  })

  it.each([0, 1, 2])(
    'before transaction %i was committed goes on with exactly the rows that are missing',
    async (dies) => {
      const states = newStates()
      const before = await run(request, states, dies)
      const after = await run(request, states)
      expect(before.length).toBe(dies)
      const both = [...before, ...after]
      expect(digest(both)).toEqual(digest(whole))
      expect(receipts(both)).toEqual(receipts(whole))
      expect(lastRun(both)).toEqual({ ...lastRun(whole), landing: expect.any(String) as string })
    },
  )

  it('reads the landing again, not the source, which may have changed', async () => {
    const changing = source(csvOf(30_000), 'changing.csv')
    const all = await run(changing)
    const states = newStates()
    const before = await run(changing, states, 2)
    source('something else', 'changing.csv')
    expect(digest([...before, ...(await run(changing, states))])).toEqual(digest(all))
  })
})

describe('a finished run', () => {
  it.each([
    ['processing', csvOf(3)],
    ['failed', '<html>'],
  ])('that is %s gives nothing when it is asked for again', async (state, content) => {
    const states = newStates()
    const request = source(content)
    expect(lastRun(await run(request, states)).state).toBe(state)
    expect(await run(request, states)).toEqual([])
  })
})

describe('a failed run that is asked for again', () => {
  const missing = importOf(pathToFileURL(join(folder, 'late.csv')).href)

  it('starts anew, once for each request', async () => {
    const states = newStates()
    expect(lastRun(await run(missing, states)).state).toBe('failed')
    expect(await run(missing, states)).toEqual([])
    source(csvOf(3), 'late.csv')
    const results = await run({ ...missing, requested_at: 2 }, states)
    expect(lastRun(results)).toMatchObject({ state: 'processing', reason: null, row: 3 })
    expect(await run({ ...missing, requested_at: 3 }, states)).toEqual([])
  })

  it('stays failed when other stages have rows of it', async () => {
    const states = newStates()
    states.restore('r', { ...newRun(missing, 4), state: 'failed', row: 1 })
    expect(await run({ ...missing, requested_at: 2 }, states)).toEqual([])
  })
})
