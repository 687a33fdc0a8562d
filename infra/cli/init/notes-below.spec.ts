/** Lines below a header that say what the whole file is of, in the form of well-known publishers. */
import { describe, expect, it } from 'vitest'
import { initializer } from '../testing/init-content.ts'

const init = initializer()
const days = Array.from(
  { length: 40 },
  (_, i) => `2024-02-${10 + (i % 20)}T${10 + (i >> 1)}:00,${i * 7}.5,\n`,
).join('')
const codes = Array.from({ length: 40 }, (_, i) => `0500US${1000 + i},"County ${i}, Ohio",${i * 37}\n`).join(
  '',
)

describe('lines below a header are none of its rows', () => {
  it.each([
    [
      'as a bank writes them',
      `,GOLD,GOLD_FLAGS\n,Price of gold,\nUnit,USD,\nScale,One,\nUpdated,2024-02-01 10:11,\n${days}`,
      4,
    ],
    [
      'as an office writes them',
      `Title,"CPI, all items",\nCDID,L55O,\nPreUnit,,\nUnit,%,\nRelease,17-01-2024,\nNotes,,\n${days}`,
      5,
    ],
    ['with the meaning of each name', `GEO_ID,NAME,B01_E\nGeography,Area,Estimate!!Total\n${codes}`, 1],
  ])('%s', async (_, content, lines) => {
    const { dialect, tried, doubts } = await init(content)
    expect(dialect?.['commentRows']).toEqual(Array.from({ length: lines }, (__, i) => i + 2))
    expect(tried.counts).toMatchObject({ read: 40, clean: 40 })
    expect(doubts.filter((doubt) => doubt.startsWith('comment row'))).toHaveLength(lines)
  })

  it.each([
    ['fips,name,rate', 'US,United States,suppressed\nAL,Alabama,suppressed\n'],
    ['FIPS,NAME,RATE', 'US,United States,suppressed\nAL,Alabama,suppressed\n'],
    ['variant,hazard_ratio,ci_low', 'wildtype,reference,\n'],
    ['flat,rent,deposit', 'Penthouse,on request,\n'],
    ['ref,title,opened', 'alpha,a,\nbeta,b,pending\ngamma,c,\ndelta,d,\n'],
  ])('but rows whose values are words stay rows: %s', async (header, words) => {
    const count = words.split('\n').length - 1
    const { dialect, tried } = await init(
      `${header}\n${words}${Array.from({ length: 40 }, (_, i) => `x${1000 + i},t${i * 7},${i}.5\n`).join('')}`,
    )
    expect(dialect?.['commentRows']).toBeUndefined()
    expect(tried.counts).toMatchObject({ read: 40 + count })
  })
})
