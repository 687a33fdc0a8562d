import { describe, expect, it } from 'vitest'
import { openUrl, serverUrl, withoutQuery } from './variable-types.ts'

describe('a URL of a server', () => {
  it.each(['http://registry', 'https://10.0.0.1:8081/api/', 'HTTP://registry/a@b', 'https://[::1]:1'])(
    'is %s',
    (url) => {
      expect(openUrl.parse(url)).toBe(url)
    },
  )

  it.each([
    'http://u:hunter2@h',
    'http:/u:hunter2@h',
    'http:u:hunter2@h',
    String.raw`http:\\u:hunter2@h`,
    'http:///u:hunter2@h',
    'h\nttp://hunter2@h',
  ])('has no user and password: %j', (url) => {
    expect(serverUrl.safeParse(url).error?.issues[0]?.message).toMatch(/expected no user and password/)
  })

  it.each(['registry', 'registry:8081', 'ftp://registry', 'http:/registry', ''])('is not %j', (url) => {
    expect(openUrl.safeParse(url).success).toBe(false)
  })

  it.each(['http://h/token?secret=hunter2', 'http://h/token#hunter2'])(
    'with a query is not open: %s',
    (url) => {
      expect(openUrl.safeParse(url).success).toBe(false)
      expect(withoutQuery(serverUrl.parse(url))).toBe('http://h/token')
    },
  )
})
