import { describe, expect, it } from 'vitest'
import { weather, csvOf, objects, now, rowsOf, lastRun, runs } from '../../testing/import-lane.ts'

describe('an import of a file that did not change', () => {
  it('has succeeded in one transaction, without rows, receipts or a landing, and says since when', async () => {
    const csv = csvOf(3)
    const [, second, third, fourth] = (await runs([csv, csv, csv, csvOf(4)])).results
    expect(second!.map(({ out, receipts }) => [Object.keys(out!), receipts])).toEqual([[['runs'], undefined]])
    expect([...objects.keys()].map((key) => /[^/.]+(?=\.\w+\.csv$)/.exec(key)![0])).toEqual(['r0', 'r3'])
    for (const results of [second!, third!])
      expect(lastRun(results)).toMatchObject({
        ...{ state: 'succeeded', ended_at: now, landing: null, row: 0, landing_bytes: csv.length },
        unchanged: { since: 'r0', by: 'content' },
      })
    expect(rowsOf(fourth!)[0]).toHaveLength(4)
  })
})

describe('a header that changed', () => {
  const csv = csvOf(2)
  const more = csv.replace('wind', 'rain,wind').replaceAll('4.7', '9,4.7')
  const other = csv.replace('wind', 'gusts')

  it('is told of with the run that had the one before, when it is taken', async () => {
    const dataset = { ...weather, fieldsMatch: 'subset' as const }
    const { states } = await runs([csv, csv, more, more.replace('9,', '8,')], dataset)
    const drifts = ['r0', 'r1', 'r2', 'r3'].map((run) => states.get(run)!.drift)
    const drift = { since: 'r0', added: ['rain'], gone: [], renamed: [], reordered: false, done: 'taken' }
    expect(drifts).toEqual([null, null, drift, null])
    const headers = ['r0', 'r1', 'r2', 'r3'].map((run) => states.get(run)!.header)
    expect(headers).toEqual([null, null, null, { names: expect.arrayContaining(['rain']), since: 'r2' }])
  })

  it('is told of when it is refused, again and again until it fits', async () => {
    const { states } = await runs([csv, other, other, csv])
    const renamed = [{ from: 'wind', to: 'gusts' }]
    for (const run of ['r1', 'r2']) {
      const { drift, reason, state } = states.get(run)!
      expect([drift, state]).toEqual([
        { since: 'r0', added: [], gone: [], renamed, reordered: false, done: 'refused' },
        'failed',
      ])
      expect(reason).toMatch(/missing "wind".*since run r0: "wind" is now "gusts"; it was refused$/)
    }
    expect([states.get('r3')!.drift, states.get('r3')!.header?.since]).toEqual([null, 'r0'])
  })

  it('of a file that is plainly another one is not told of', async () => {
    const { states } = await runs([csv, 'user,password\na,b\n'])
    expect([states.get('r1')!.drift, states.get('r1')!.reason]).toEqual([
      null,
      expect.not.stringContaining('password'),
    ])
  })
})
