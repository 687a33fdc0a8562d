import { expect, it } from 'vitest'
import { feedWindow } from '../infra/feed/feed-window.ts'
import { feedUrl, importSource } from './support/runs.ts'
it('x', async () => {
  for (const n of [1,2,2] as const) {
    const t = Date.now()
    const r = await importSource('earthquakes', `${feedUrl}/earthquakes/window-${n}.csv`)
    const { brokenRows, newest, ...e } = feedWindow(n).expected
    console.log(n, Date.now() - t, r, e, brokenRows.length, newest.size)
  }
  expect(1).toBe(1)
})
