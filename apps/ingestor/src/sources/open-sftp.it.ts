import { appendFileSync, chmodSync, mkdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isRoot } from '../../../../e2e/support/source-servers/server.ts'
import { startSshd, type Sshd } from '../../../../e2e/support/source-servers/sshd.ts'
import { fetchHalfway, longFile } from '../../testing/fetch-halfway.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { openSource } from './open-source.ts'
import type { Access } from './source-access.ts'
import { isSame, type SourceOptions } from './source-client.ts'

let sshd: Sshd
let byKey: Access

/** Made by `ssh-keygen -t ed25519 -N geheim`, for this test. */
const locked = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABB6+TGXId
ZkTd9vPEktZLclAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIGQ7UQgUQrV5g+ya
Mhm8FFA4AUuwVPzlyPTKrZu5jMpDAAAAkKDS6jh3iFAEBi+qBHYl/261BRv8DCAFq7veRO
gGe6Qw6/rvaWBEK7zGlY3WlI6jiX0lpnDHr2fnrtSTf1d0D24KMTpZJtNueKtf1VlbVm0F
8d9lZABNYdQrEkMyzN8fCGPJ7QxlOvk5CPnyFSlB2MfYLz1g1BkNAW/anDA8eyA15ga5H/
lIKdcYhq+rSz70Mg==
-----END OPENSSH PRIVATE KEY-----`
beforeAll(async () => {
  sshd = await startSshd()
  const { user, privateKey, fingerprint } = sshd
  byKey = { user, privateKey, hostKeys: [fingerprint] }
})
afterAll(() => sshd.close())

/** A test that fails leaves it asleep. */
afterEach(() => sshd.wake())

const hourAgo = new Date(1000 * Math.floor(Date.now() / 1000 - 3600))
const csv = Buffer.from('id,name\n1,a\n')

function write(name: string, bytes: Buffer, modified = hourAgo): void {
  const file = join(sshd.folder, name)
  writeFileSync(file, bytes)
  utimesSync(file, modified, modified)
}
const at = (path: string) => `sftp://127.0.0.1:${sshd.port}${path}`
const url = (name: string) => at(join(sshd.folder, name))
const options = (access = byKey, more: Partial<SourceOptions> = {}): SourceOptions => ({
  ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 2 ** 30, access },
  pace: { maxSeconds: 6000, minBytesPerSecond: 0 },
  timeouts: { connect: 2000, headers: 2000, idle: 2000, second: 300 },
  ...more,
})
const open = (source: string, access = byKey, more: Partial<SourceOptions> = {}) =>
  openSource(source, { ...options(access, more), known: undefined })
const read = async (...asked: Parameters<typeof open>) => buffer((await open(...asked)).stream)
const failure = (...asked: Parameters<typeof open>) => sourceFailure(read(...asked))

describe('a file of a server of SSH', () => {
  it('comes byte by byte, with its length and time', async () => {
    write('a b%é.csv', csv)
    const { stream, ...told } = await open(at(`${sshd.folder}/a%20b%25%C3%A9.csv`))
    expect(await buffer(stream)).toEqual(csv)
    expect(told).toMatchObject({ contentLength: csv.length, modified: hourAgo.toISOString() })
    write('long.csv', longFile)
    expect((await read(url('long.csv'))).equals(longFile)).toBe(true)
    write('empty.csv', Buffer.alloc(0))
    expect(await read(url('empty.csv'))).toEqual(Buffer.alloc(0))
  })

  it('is looked for in the folder in which a login begins, behind ~/', async () => {
    write('c.csv', csv)
    expect(await read(at('/~/c.csv'))).toEqual(csv)
  })

  it('does not come again when length and time are those of the one before', async () => {
    write('d.csv', csv)
    const known = { etag: null, redirected: null, modified: hourAgo.toISOString(), bytes: csv.length }
    const found = await openSource(url('d.csv'), options(byKey, { known }))
    expect(found).toEqual({ same: 'size and time', modified: known.modified })
    write('d.csv', Buffer.concat([csv, csv]))
    expect(isSame(await openSource(url('d.csv'), options(byKey, { known })))).toBe(false)
  })

  it('has no time to be relied on while its second may have had another version', async () => {
    write('new.csv', csv, new Date())
    const opened = await open(url('new.csv'))
    expect(opened.modified).toBeUndefined()
    opened.stream.destroy()
  })

  it('goes on where it was when its server is killed, and is there again', async () => {
    write('long.csv', longFile)
    const halfway = async () => {
      await sshd.kill()
      await sshd.start()
    }
    expect((await fetchHalfway(url('long.csv'), options(), halfway)).equals(longFile)).toBe(true)
  })

  it('goes on where it was behind a silence', async () => {
    write('long.csv', longFile)
    let isAsleep = true
    const halfway = () => {
      sshd.stop()
      setTimeout(() => {
        isAsleep = false
        sshd.wake()
      }, 700)
    }
    const quick = options(byKey, { timeouts: { connect: 300, headers: 5000, idle: 300, second: 10 } })
    expect((await fetchHalfway(url('long.csv'), quick, halfway)).equals(longFile)).toBe(true)
    expect(isAsleep).toBe(false)
  })

  it('is given up when its server stays silent', async () => {
    write('long.csv', longFile)
    const quick = options(byKey, { timeouts: { connect: 200, headers: 2000, idle: 200, second: 10 } })
    const fetched = fetchHalfway(url('long.csv'), quick, () => sshd.stop())
    expect(await sourceFailure(fetched)).toEqual([`${url('long.csv')} did not answer in time`, false])
  })

  it.each<[string, (file: string) => unknown]>([
    ['grew', (file) => appendFileSync(file, 'more')],
    ['was cut', (file) => truncateSync(file, 2 ** 20)],
    ['was written anew', (file) => writeFileSync(file, longFile.subarray().fill('x', 100, 200))],
  ])('is begun anew when it %s meanwhile, and never is two versions', async (_, change) => {
    write('long.csv', longFile)
    const fetched = fetchHalfway(url('long.csv'), options(), () => change(join(sshd.folder, 'long.csv')))
    expect(await sourceFailure(fetched)).toEqual([
      `${url('long.csv')} changed while it was fetched, or cannot be continued`,
      true,
    ])
  })

  it('is begun anew when it broke off, and is another one by then', async () => {
    write('long.csv', longFile)
    const halfway = async () => {
      await sshd.kill()
      write('long.csv', longFile, new Date(hourAgo.getTime() + 1000))
      await sshd.start()
    }
    expect(await sourceFailure(fetchHalfway(url('long.csv'), options(), halfway))).toEqual([
      `${url('long.csv')} changed while it was fetched, or cannot be continued`,
      true,
    ])
  })

  it.each<[string, string, string]>([
    ['is missing', 'none.csv', 'does not exist'],
    ['is a folder', 'folder', 'is not a file'],
    ...(isRoot ? [['is not for us', 'closed.csv', 'may not be read'] as [string, string, string]] : []),
  ])('fails the run when it %s', async (_, name, sentence) => {
    mkdirSync(join(sshd.folder, 'folder'), { recursive: true })
    write('closed.csv', csv)
    chmodSync(join(sshd.folder, 'closed.csv'), 0o600)
    expect(await failure(url(name))).toEqual([`${url(name)} ${sentence}`, false])
    await expect(read(url(name))).rejects.toMatchObject({ isMissing: name === 'none.csv' })
  })

  it('fails the run when it is longer than the limit', async () => {
    write('e.csv', csv)
    const [sentence] = await failure(url('e.csv'), byKey, { maxBytes: 5 })
    expect(sentence).toBe(`${url('e.csv')} is longer than the limit of 5 bytes`)
  })

  it.each(['/a.csv?x=1', '/a.csv#b', '/a%0Ab.csv', '/%zz.csv'])('is none by the name %s', async (path) => {
    expect((await failure(at(path)))[0]).toContain('names no file')
  })
})

describe('a server of SSH', () => {
  it('is refused, without a login, when nothing or another key is said of it, and the sentence has its key', async () => {
    write('f.csv', csv)
    const sentence = (which: string) =>
      `${url('f.csv')} is refused: its server shows the key ${sshd.fingerprint}, which is ${which} of source.hostKeys of the definition; ask its owner whether it is theirs, and add it`
    expect(await failure(url('f.csv'), { ...byKey, hostKeys: undefined })).toEqual([
      sentence('not one'),
      false,
    ])
    const other = `SHA256:${'A'.repeat(43)}`
    expect(await failure(url('f.csv'), { ...byKey, hostKeys: [other] })).toEqual([sentence('none'), false])
    expect(await read(url('f.csv'), { ...byKey, hostKeys: [other, sshd.fingerprint] })).toEqual(csv)
  })

  it.runIf(isRoot)('takes a password, and refuses a wrong one in a sentence without it', async () => {
    write('g.csv', csv)
    const { user, password, fingerprint } = sshd
    const access = { user, password, hostKeys: [fingerprint] }
    expect(await read(url('g.csv'), access)).toEqual(csv)
    const refused = await failure(url('g.csv'), { ...access, password: 'geheim' })
    expect(refused).toEqual([`${url('g.csv')} refuses source.login of the definition`, false])
  })

  it.each<[string, Partial<Access>, string]>([
    ['nobody', { user: undefined }, 'needs source.login of its definition'],
    ['nothing to prove it', { privateKey: undefined }, 'needs source.login of its definition'],
    [
      'a key that is none',
      { privateKey: 'geheim' },
      'source.login.privateKey of the definition cannot be used: ',
    ],
    ['a key that is locked', { privateKey: locked }, 'but no passphrase given'],
  ])('is not asked by %s', async (_, wrong, sentence) => {
    const [message, transient] = await failure(url('f.csv'), { ...byKey, ...wrong })
    expect(message).toContain(sentence)
    expect(message).not.toContain('geheim')
    expect(transient).toBe(false)
  })

  it('is not reached at an address that is not public, by whatever name, unless it is allowed', async () => {
    const guarded = { allow: [] }
    expect((await failure(url('f.csv'), byKey, guarded))[0]).toContain(
      'is refused: 127.0.0.1 is not a public',
    )
    for (const host of ['localhost', '127.1', '0x7f000001']) {
      const [sentence] = await failure(url('f.csv').replace('127.0.0.1', host), byKey, guarded)
      expect(sentence).toMatch(/^host .* is refused: .* is not a public address/)
    }
  })

  it('is waited for when nobody answers there', async () => {
    await sshd.kill()
    expect(await failure(url('f.csv'))).toEqual([`connection refused by 127.0.0.1:${sshd.port}`, true])
    await sshd.start()
  })
})
