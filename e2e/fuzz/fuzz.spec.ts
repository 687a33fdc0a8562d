/** Some seconds of what `make fuzz` does for as long as one likes, always with the same seed. */
import { expect, it } from 'vitest'
import { cellProperties, initProperties } from './cells.ts'
import { readerProperties } from './reader.ts'

const seed = 20_261_126

it.each([...readerProperties, ...cellProperties])('$name', async ({ check }) => {
  expect((await check({ seed, runs: 150 })).broken).toBeUndefined()
})

it.each(initProperties)('$name', async ({ check }) => {
  expect((await check({ seed, runs: 25 })).broken).toBeUndefined()
})
