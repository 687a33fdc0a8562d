import { expect, it } from 'vitest'
import { flow, readers, routesFrom } from './flow.ts'

it('brings the receipts of a run to its end on two routes, and those of a profile on its own', () => {
  expect(routesFrom('raw').toSorted()).toEqual(['lake', 'processed'])
  expect(routesFrom('profile')).toEqual(['profile'])
  expect(routesFrom('seen')).toEqual([])
})

it('counts what becomes of documents into a route that arrives', () => {
  expect(routesFrom('raw')).toContain(flow.indexer.countsInto)
})

it('passes receipts only from topics that a stage reads to topics that it writes', () => {
  for (const [stage, { reads, writes, passes }] of Object.entries(flow)) {
    expect(reads, stage).toEqual(expect.arrayContaining(Object.keys(passes)))
    expect(writes, stage).toEqual(expect.arrayContaining(Object.values(passes).flat()))
  }
  expect([...readers.keys()]).toEqual(Object.keys(flow))
})
