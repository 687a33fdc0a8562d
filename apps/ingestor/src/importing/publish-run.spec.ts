import { expect, it } from 'vitest'
import { csvOf, importerOf, laneOf, newStates, source, store, weather } from '../../testing/import-lane.ts'
import { importRun } from './import-run.ts'
import type { Importer } from './importer.ts'
import { newRun } from './run.ts'
import { Slots } from './slots.ts'

const turn = () => new Promise(setImmediate)

/** An import that has landed; its transactions with rows wait for ever, as those for a partition without a leader do. */
async function publishes(importer: Importer, isFailing: boolean) {
  const states = newStates()
  states.set(newRun(source(csvOf(3)), weather.lanes))
  states.commit()
  const { work } = laneOf(states)
  let isPublishing = false
  const transact: typeof work.transact = (change) => {
    if (states.get('r')?.landing === null) return work.transact(change)
    isPublishing = true
    return new Promise(() => undefined)
  }
  void importRun(importer, { ...work, transact, isFailing: () => isFailing }, 'r')
  await expect.poll(() => states.get('r')?.landing).not.toBeNull()
  for (let i = 0; i < 100 && !isPublishing; i++) await turn()
  return isPublishing
}

it('gives all lanes that fail one place together, and the others go on', async () => {
  const importer = { ...importerOf(store), publishing: new Slots(2) }
  expect(await publishes(importer, true)).toBe(true)
  expect(await publishes(importer, true)).toBe(false)
  expect(await publishes(importer, false)).toBe(true)
})
