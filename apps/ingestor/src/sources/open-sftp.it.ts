import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isRoot } from '../../../../e2e/support/source-servers/server.ts'
import { startSshd, type Sshd } from '../../../../e2e/support/source-servers/sshd.ts'
import { csv, filesOf, itComesWhole, itGoesOn, itIsNeverTwoVersions } from '../../testing/server-files.ts'
import type { Access } from './source-access.ts'

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

const files = filesOf(
  () => sshd,
  () => byKey,
)
const { write, open, read, failure } = files
const at = (path: string) => `sftp://127.0.0.1:${sshd.port}${path}`
const url = (name: string) => at(join(sshd.folder, name))

describe('a file of a server of SSH', () => {
  itComesWhole(files, url)
  itGoesOn(files, url)
  itIsNeverTwoVersions(files, url)

  it('is looked for in the folder in which a login begins, behind ~/', async () => {
    write('c.csv', csv)
    expect(await read(at('/~/c.csv'))).toEqual(csv)
  })

  it('has no time to be relied on while its second may have had another version', async () => {
    write('new.csv', csv, new Date())
    const opened = await open(url('new.csv'))
    expect(opened.modified).toBeUndefined()
    opened.stream.destroy()
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
