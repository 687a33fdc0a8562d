import { describe, expect, it } from 'vitest'
import { compileFormat } from './time-formats.ts'
import { timeNames } from './time-names.ts'
import { locales } from './time-words.ts'

const refuse = (expected: string) => new Error(expected)
const options = { timeZone: 'UTC', day: 'numeric', year: 'numeric' } as const

describe.each(locales)('the months of %s', (locale) => {
  it.each(['B', 'b'] as const)('have names of their own: %s', (directive) => {
    const months = timeNames[locale]![directive].split(',')
    const names = months.flatMap((some) => some.split('/').map((name) => name.toLowerCase()))
    expect(months).toHaveLength(12)
    expect(names).not.toContain('')
    expect(new Set(names).size).toBe(names.length)
  })

  it.each<[string, (name: string) => string]>([
    ['as Intl writes them', (name) => name],
    ['in capitals', (name) => name.toLocaleUpperCase(locale)],
    ['in small letters', (name) => name.toLocaleLowerCase(locale)],
    ['with accents apart', (name) => name.normalize('NFD')],
    [
      'without accents',
      (name) => (/\p{Script=Cyrillic}/u.test(name) ? name : name.normalize('NFD').replace(/\p{M}/gu, '')),
    ],
    ['in capitals with accents apart', (name) => name.toLocaleUpperCase(locale).normalize('NFD')],
  ])('are read %s', (_, write) => {
    for (const [directive, month] of [
      ['B', 'long'],
      ['b', 'short'],
    ] as const) {
      const format = new Intl.DateTimeFormat(locale, { ...options, month })
      const read = compileFormat(`%d %${directive} %Y`, refuse, locale)
      for (let i = 0; i < 12; i++) {
        const parts = format.formatToParts(Date.UTC(2024, i, 15))
        const name = write(parts.find(({ type }) => type === 'month')!.value)
        if (!/\d/.test(name)) expect([name, read(`15 ${name} 2024`)?.m]).toEqual([name, String(i + 1)])
      }
    }
  })
})
