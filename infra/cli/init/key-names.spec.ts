import { describe, expect, it } from 'vitest'
import { keyOf } from '../testing/key-of.ts'

describe('a primary key, by the names of columns,', () => {
  it('is what its name calls a code, in other languages too', () => {
    const rows = Array.from({ length: 50 }, (_, i) => [`N${i * 7}`, `${41_001 + i * 3}`])
    for (const name of [
      'code',
      'codigo',
      'Código',
      'codigo_ine',
      'cve_ent',
      'Gemeindeschlüssel',
      'kod',
      'ags',
      'numéro',
    ])
      expect([name, keyOf(['label', name], rows).key]).toEqual([name, [name]])
  })

  it.each(['paid', 'isPaid', 'is_valid', 'covid', 'monkey', 'Chlorid', 'AMTPAID', 'smoking_yes_cancer_no'])(
    'is no column of numbers called %s, for all that its name ends like that of a key',
    (name) => {
      const rows = Array.from({ length: 30 }, (_, i) => [`n${i % 3}`, `${(i * 37) % 101}`])
      expect(keyOf(['group', name], rows).key).toEqual([])
    },
  )

  it.each(['userId', 'userid', 'user_id', 'STATION_KEY', 'no.'])('is one of them called %s', (name) => {
    const rows = Array.from({ length: 30 }, (_, i) => [`n${i % 3}`, `${(i * 37) % 101}`])
    expect(keyOf(['group', name], rows).key).toEqual([name])
  })

  it('is what numbers the rows before an address, and a code of one is a part of it where nothing else is', () => {
    const orders = Array.from({ length: 30 }, (_, i) => [`${700 + i * 3}`, `a${i}@b.c`, `${i}.5`])
    expect(keyOf(['order_id', 'email', 'total'], orders).key).toEqual(['order_id'])
    const cases = Array.from({ length: 30 }, (_, i) => [
      `2024-01-0${1 + (i % 5)}`,
      `${10115 + Math.floor(i / 5)}`,
      `${i % 4}`,
    ])
    expect(keyOf(['report_date', 'zip', 'cases'], cases).key).toEqual(['report_date', 'zip'])
    const homes = Array.from({ length: 30 }, (_, i) => [`h${i}`, `${10115 + i * 7}`])
    expect(keyOf(['house', 'postcode'], homes).key).toEqual(['house'])
  })

  it('may be the code of an address where that stands first', () => {
    const rows = Array.from({ length: 30 }, (_, i) => [`${10115 + i * 7}`, `n${i % 3}`])
    expect(keyOf(['postcode', 'town'], rows).key).toEqual(['postcode'])
  })

  it('may be a text or a time whose name has a part of a name in it by chance', () => {
    const days = Array.from({ length: 9 }, (_, i) => [`2024-01-0${i + 1}`, '1.5'])
    expect(keyOf(['measured_on', 'level'], days).key).toEqual(['measured_on'])
    const people = ['ann', 'bob', 'eve'].map((name) => [name, '1.5'])
    for (const name of ['surname', 'Last Name', 'first', 'player_first', 'givenName'])
      expect(keyOf([name, 'level'], people).key).toEqual([])
  })
})
