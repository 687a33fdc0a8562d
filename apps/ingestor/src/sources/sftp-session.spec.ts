import { describe, expect, it } from 'vitest'
import { serverPath } from './sftp-session.ts'

describe('a path of a server of SSH', () => {
  it.each([
    ['/~/out/a.csv', 'out/a.csv'],
    ['/~/out', 'out'],
    ['/~/', '.'],
    ['/~', '.'],
    ['/', '/'],
    ['/out/~/a.csv', '/out/~/a.csv'],
    ['/~me/a.csv', '/~me/a.csv'],
    ['/~~', '/~~'],
  ])('%s is asked for as %s, which begins where a login does when it has no slash', (path, asked) => {
    expect(serverPath(path)).toBe(asked)
  })
})
