import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import type { lookup } from 'node:dns'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addressProblem,
  checkAllowList,
  checkFile,
  checkUrl,
  guardedLookup,
  printable,
} from './guard-address.ts'
import { SourceError } from '../source-error.ts'

const evilLiterals = [
  'http://127.0.0.1/',
  'http://127.0.0.1:9200/_cat',
  'http://127.1/',
  'http://127.0.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.1/',
  'http://0177.0.0.1/',
  'http://017700000001/',
  'http://127.0.0.1./',
  'http://①②⑦.⓪.⓪.①/',
  'http://127。0。0。1/',
  'http://%31%32%37.0.0.1/',
  'http://0/',
  'http://0.0.0.0:8080/',
  'http://0.1.2.3/',
  'http://user:pass@127.0.0.1/',
  'http://example.com@127.0.0.1/',
  'http://example.com#@127.0.0.1@10.0.0.1/'.replace('example.com#', ''),
  'https://10.0.0.1/',
  'http://10.255.255.255/',
  'http://172.16.0.1/',
  'http://172.31.255.254/',
  'http://192.168.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://169.254.170.2/v2/credentials',
  'http://100.64.0.1/',
  'http://100.100.100.200/',
  'http://168.63.129.16/',
  'http://192.0.0.192/',
  'http://192.0.2.1/',
  'http://198.18.0.1/',
  'http://198.51.100.1/',
  'http://203.0.113.1/',
  'http://192.88.99.1/',
  'http://224.0.0.1/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://[::1]/',
  'http://[::]/',
  'http://[0:0:0:0:0:0:0:1]:80/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[::127.0.0.1]/',
  'http://[::a00:1]/',
  'http://[::ffff:0:127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b:1::a00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[2001:0:7f00:1::]/',
  'http://[fe80::1]/',
  'http://[fec0::1]/',
  'http://[fc00::1]/',
  'http://[fd00:ec2::254]/',
  'http://[ff02::1]/',
  'http://[100::1]/',
  'http://[2001:db8::1]/',
  'http://[4000::1]/',
]

const evilSchemes = [
  'scp://example.com/a.csv',
  'sftp:///a.csv',
  'sftp:a.csv',
  's3:///a.csv',
  'ftp://127.0.0.1/a.csv',
  'sftp://169.254.169.254/a.csv',
  'ftps://[::1]/a.csv',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'data:text/csv,a',
  'javascript:alert(1)',
  'dict://127.0.0.1:11211/stat',
  'blob:http://example.com/x',
  'ws://example.com/',
  'jar:http://example.com!/',
  '//example.com/a.csv',
  '/etc/passwd',
  '../../etc/passwd',
  '',
  'http://',
  'http://[fe80::1%25eth0]/',
  'http://exa mple.com/',
]

describe('checkUrl', () => {
  it.each(evilLiterals)('refuses %s', (url) => {
    expect(() => checkUrl(url, [])).toThrow(/ is refused: .* is not a public address/)
  })

  it.each(evilSchemes)('refuses %j', (url) => {
    expect(() => checkUrl(url, [])).toThrow(SourceError)
  })

  it.each([
    'https://example.com/a.csv',
    'http://8.8.8.8:8080/a',
    'https://[2606:4700::1]/',
    'file:///data/a.csv',
    'http://localhost.example/',
    'sftp://example.com:2222/a%20b.csv',
    'ftp://8.8.8.8/a.csv',
    's3://bucket/a.csv',
  ])('lets %s through to the next check', (url) => expect(checkUrl(url, []).href).toBe(url))

  it('exempts what the allow list holds, and no more', () => {
    const allow = ['127.0.0.1/32', 'fd00::/8']
    expect(checkUrl('http://127.0.0.1:80/', allow).host).toBe('127.0.0.1')
    expect(checkUrl('http://[fd00::1]/', allow).host).toBe('[fd00::1]')
    expect(checkUrl('http://[::ffff:127.0.0.1]/', allow).host).toBe('[::ffff:7f00:1]')
    for (const url of ['http://127.0.0.2/', 'http://[::1]/', 'http://10.0.0.1/'])
      expect(() => checkUrl(url, allow)).toThrow(SourceError)
    expect(() => checkAllowList(['127.0.0.1'])).toThrow(
      '"127.0.0.1" in the list of allowed addresses is not a CIDR',
    )
  })

  it('never prints credentials or queries', () => {
    const secret = 'http://user:s3cret@10.0.0.1/a.csv?token=s3cret#s3cret'
    expect(printable(new URL(secret))).toBe('http://10.0.0.1/a.csv?…')
    expect(() => checkUrl(secret, [])).toThrow(/^http:\/\/10\.0\.0\.1\/a\.csv\?… is refused/)
    expect(() => checkUrl('ht!tp://user:s3cret@x', [])).toThrow('the source is not a URL')
  })
})

describe('guardedLookup', () => {
  /** Behaves like dns.lookup: one address unless asked for all. */
  const resolver = (...answers: string[][]) =>
    ((_host: string, options: { all?: boolean }, callback: (error: null, ...found: unknown[]) => void) => {
      const found = answers.shift()!.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      if (options.all) callback(null, found)
      else callback(null, found[0]?.address, found[0]?.family)
    }) as unknown as typeof lookup
  const ask = (guarded: ReturnType<typeof guardedLookup>, all: boolean) =>
    new Promise((resolve, reject) =>
      guarded('evil.example', { all }, (error, found) => (error ? reject(error) : resolve(found))),
    )

  it('yields public addresses in both forms', async () => {
    expect(await ask(guardedLookup([], resolver(['8.8.8.8', '2606:4700::1'])), true)).toHaveLength(2)
    expect(await ask(guardedLookup([], resolver(['8.8.8.8'])), false)).toBe('8.8.8.8')
  })

  it.each([
    [['127.0.0.1']],
    [['8.8.8.8', '10.0.0.1']],
    [['2606:4700::1', '::1']],
    [['::ffff:169.254.169.254']],
    [[]],
  ])('refuses a name that resolves to %j', async (addresses) => {
    for (const all of [true, false])
      await expect(ask(guardedLookup([], resolver(addresses)), all)).rejects.toThrow(
        /^host evil\.example (is refused|has no address)/,
      )
  })

  it('judges each answer of a resolver that changes its mind', async () => {
    const guarded = guardedLookup([], resolver(['8.8.8.8'], ['127.0.0.1']))
    expect(await ask(guarded, false)).toBe('8.8.8.8')
    await expect(ask(guarded, false)).rejects.toThrow('127.0.0.1 is not a public address (loopback)')
  })

  it('calls what is no address a problem', () =>
    expect(addressProblem('example.com', ['0.0.0.0/0'])).toBe('example.com is not an IP address'))
})

describe('checkFile', () => {
  let folder: string
  const url = (path: string) => pathToFileURL(join(folder, path))

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guard-'))
    for (const name of ['in/deep', 'in-side', 'out']) await mkdir(join(folder, name), { recursive: true })
    for (const name of ['in/a.csv', 'in/deep/ü b.csv', 'in-side/a.csv', 'out/a.csv'])
      await writeFile(join(folder, name), 'a\n')
    await symlink(join(folder, 'out'), join(folder, 'in/link'))
    await symlink('../out/a.csv', join(folder, 'in/link.csv'))
    await symlink('deep/ü b.csv', join(folder, 'in/inner.csv'))
    await symlink(join(folder, 'in'), join(folder, 'alias'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('finds files under a root, also through a linked root and links that stay inside', async () => {
    const inner = join(folder, 'in/deep/ü b.csv')
    expect(await checkFile(url('in/deep/ü b.csv'), [join(folder, 'in')])).toBe(inner)
    expect(await checkFile(url('in/inner.csv'), [join(folder, 'out'), join(folder, 'in') + '/'])).toBe(inner)
    expect(await checkFile(url('alias/inner.csv'), [join(folder, 'alias')])).toBe(inner)
    expect(await checkFile(url('in/inner.csv'), ['/'])).toBe(inner)
  })

  it.each([
    'out/a.csv',
    'in-side/a.csv',
    'in/link/a.csv',
    'in/link.csv',
    '../out/a.csv',
    'out/missing.csv',
    'in',
  ])('refuses %s outside of the root, and does not tell whether it exists', async (path) => {
    await expect(checkFile(url(path), [join(folder, 'in')])).rejects.toThrow('is refused: it lies outside')
    await expect(checkFile(url(path), [])).rejects.toThrow('is refused: it lies outside')
  })

  it.each(['file:///in%2F..%2Fetc/passwd', 'file://server/share/a.csv', 'file:///a%00b'])(
    'refuses %s',
    async (evil) => {
      await expect(checkFile(new URL(evil), ['/'])).rejects.toThrow(
        'the file: URL names no file of this machine',
      )
    },
  )

  it('says that a file does not exist', async () => {
    await expect(checkFile(url('in/b.csv'), [join(folder, 'in')])).rejects.toThrow(/b\.csv does not exist$/)
  })
})
