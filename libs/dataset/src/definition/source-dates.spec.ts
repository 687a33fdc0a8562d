import { describe, expect, it } from 'vitest'
import { datedAddresses, hasMisspeltDate, withoutDates } from './source-dates.ts'

const at = Date.parse('2026-03-01T01:30:00Z')

describe('a date in the address of a source', () => {
  it.each<[string, number, string[]]>([
    [
      'https://x/{yyyy-MM-dd}.csv',
      2,
      ['2026-03-01', '2026-02-28', '2026-02-27'].map((d) => `https://x/${d}.csv`),
    ],
    [
      's3://b/{yyyy/MM/dd}/{HH}.csv',
      2,
      ['2026/03/01/01', '2026/03/01/00', '2026/02/28/23'].map((d) => `s3://b/${d}.csv`),
    ],
    ['sftp://x/{yyyyMM}.csv', 3, ['202603', '202602', '202601', '202512'].map((d) => `sftp://x/${d}.csv`)],
    ['file:///{yyyy}', 1, ['file:///2026', 'file:///2025']],
    ['ftp://x/{yyDDD}', 1, ['ftp://x/26060', 'ftp://x/26059']],
    ['ftp://x/{yyDDD-HH}', 1, ['ftp://x/26060-01', 'ftp://x/26060-00']],
    ['https://x/a?day={yyyyMMddTHH}&key=${secret:yy}', 0, ['https://x/a?day=20260301T01&key=${secret:yy}']],
    [
      'https://x/{HH}',
      30,
      Array.from({ length: 24 }, (_, i) => `https://x/${String((25 - i) % 24).padStart(2, '0')}`),
    ],
  ])('%s, and %i steps earlier', (url, back, addresses) => {
    expect(datedAddresses(url, at, back)).toEqual(addresses)
  })

  it('is looked for seven steps back where nothing is said', () => {
    expect(datedAddresses('https://x/{dd}', at)).toHaveLength(8)
  })

  it.each(['https://x/a.csv', 'https://x/${secret:yyyy}', 'https://x/{a}', 'https://x/{-}', 'https://x/{}'])(
    'is not in %s',
    (url) => {
      expect(datedAddresses(url, at)).toBeUndefined()
      expect(hasMisspeltDate(url)).toBe(false)
    },
  )

  it.each(['{yyyy-mm-dd}', '{YYYY-MM-DD}', '{yyyy-MM-dd HH}', '{yyyy-MM-ddTHH:mm}', '{yyyyww}'])(
    'is not what %s says, which is told',
    (text) => {
      expect(hasMisspeltDate(`https://x/${text}.csv`)).toBe(true)
      expect(withoutDates(`https://x/${text}`)).toContain('{')
    },
  )
})
