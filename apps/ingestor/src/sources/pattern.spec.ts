import { describe, expect, it } from 'vitest'
import { addressOf, segmentsOf } from './pattern.ts'

const matches = (pattern: string, name: string) =>
  segmentsOf(new URL(`sftp://h/${pattern}`))
    .at(-1)!
    .matches(name)

describe('a pattern', () => {
  it.each<[pattern: string, yes: string[], no: string[]]>([
    ['*.csv', ['a.csv', 'a.b.csv'], ['a.csv.gz', '.csv', '.a.csv', 'a.CSV']],
    ['*', ['a', 'a b'], ['.a', '']],
    ['.*', ['.a', '.'], ['a']],
    ['a*b*c', ['abc', 'a-b-c', 'abbcc', 'abcbc'], ['ab', 'ac', 'acb', 'abcd']],
    ['ab*ba', ['abba', 'ab-ba'], ['aba']],
    ['*aa*aa*', ['aaaa', 'aa-aa'], ['aaa']],
    ['a%2A*%3F', ['a*?', 'a*b?'], ['ab?', 'a*']],
    ['a.csv', ['a.csv'], ['b.csv']],
  ])('%s', (pattern, yes, no) => {
    expect(yes.filter((name) => !matches(pattern, name))).toEqual([])
    expect(no.filter((name) => matches(pattern, name))).toEqual([])
  })
})

describe('the address of a file that a pattern leads to', () => {
  const pattern = new URL('s3://bucket/in/*')

  it.each(['/in/a b.csv', '/in/ü%2F#?*.csv', '/in//a', '/~/in/a', '/in/a+b'])(
    'is that of its name: %s',
    (path) => {
      const url = new URL(addressOf(pattern, path))
      expect([decodeURIComponent(url.pathname), url.search, url.hash]).toEqual([path, '', ''])
      expect(url.pathname).not.toContain('*')
    },
  )

  it.each(['/in/../a', '/./a', '/in/a\n', '/in/\ud800', '/in/\ufffd.csv', '/in/\u0000'])(
    'is none for %j',
    (path) => expect(() => addressOf(pattern, path)).toThrow('cannot be written as an address'),
  )
})
