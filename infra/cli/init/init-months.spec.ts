/** Days with the names of months: in which language, and what is said. */
import { describe, expect, it } from 'vitest'
import { initializer } from '../testing/init-content.ts'

const init = initializer()

describe('months are read', () => {
  it.each([
    ['French', 'fr', '%d %B %Y', ['1 février 2024', '12 mars 2024', '3 août 2024']],
    ['German, with points', 'de', '%d. %b %Y', ['1. Mär 2024', '12. Mai 2024', '3. Okt. 2024']],
    [
      'Portuguese',
      'pt',
      '%d de %B de %Y',
      ['1 de março de 2024', '2 de maio de 2024', '9 de outubro de 2024'],
    ],
    ['Turkish, in capitals', 'tr', '%d %B %Y', ['1 NİSAN 2024', '2 MAYIS 2024', '3 KASIM 2024']],
    [
      'Russian, with a clock',
      'ru',
      '%d %b %Y %H:%M',
      ['1 янв 2024 12:00', '2 мая 2024 12:00', '3 дек 2024 12:00'],
    ],
  ])('%s', async (_, locale, format, texts) => {
    const { fields } = await init(`tag;wert\n${texts.map((text, i) => `${text};${i}\n`).join('')}`)
    expect(fields[0]).toMatchObject({ format, 'x-dsf': { locale } })
  })

  it('as a guess, where several languages would read them alike', async () => {
    const { findings } = await init('tag;wert\n1 mei 2024;1\n2 mei 2024;2\n3 mei 2024;3\n')
    const found = findings.find(({ about }) => about === 'column tag')!
    expect(found).toMatchObject({ answer: 'date %d %B %Y (nl)', sure: 'guess' })
    expect(found.why).toContain('id would read them alike')
  })

  it('as texts, where two languages mean other months', async () => {
    const { fields, doubts } = await init('tag;wert\n1 lis 2024;1\n2 lis 2023;2\n3 lis 2022;3\n')
    expect(fields[0]).toMatchObject({ type: 'string' })
    expect(doubts).toEqual([
      expect.stringMatching(/tag: its cells could be times of the form %d %b %Y \(pl\), or of the form/),
    ])
  })
})
