import { describe, expect, it } from 'vitest'
import { nameLike } from './name-like.ts'

const matches = (pattern: string, name: string) => nameLike(pattern.split('*'))(name)

describe('a name is like', () => {
  it.each<[pattern: string, yes: string[], no: string[]]>([
    ['*.csv', ['a.csv', 'a.b.csv', '.csv'], ['a.csv.gz', 'a.CSV']],
    ['*', ['a', '.a', ''], []],
    ['a*b*c', ['abc', 'a-b-c', 'abbcc', 'abcbc'], ['ab', 'ac', 'acb', 'abcd']],
    ['ab*ba', ['abba', 'ab-ba'], ['aba']],
    ['*aa*aa*', ['aaaa', 'aa-aa'], ['aaa']],
    ['a.csv', ['a.csv'], ['b.csv', 'a.csv ', 'axcsv']],
    ['', [''], ['a']],
  ])('%s', (pattern, yes, no) => {
    expect(yes.filter((name) => !matches(pattern, name))).toEqual([])
    expect(no.filter((name) => matches(pattern, name))).toEqual([])
  })

  it('a pattern in a time that does not grow with how often it may be', () => {
    const begun = performance.now()
    expect(matches(`${'*a'.repeat(200)}b`, 'a'.repeat(4000))).toBe(false)
    expect(performance.now() - begun).toBeLessThan(50)
  })
})
