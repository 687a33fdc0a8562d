import { expect, it } from 'vitest'
import { readWhileSwapped } from '../testing/swapped-folder.ts'

/** `bench/swapped-file.ts` tries a million times, in some minutes. */
const tries = 4000

it('reads what was checked, or nothing, however often its folder becomes a link to another one', async () => {
  const seen = await readWhileSwapped(tries)
  expect(seen.get('a secret')).toBeUndefined()
  expect(seen.get('inside')).toBeGreaterThan(0)
}, 60_000)
