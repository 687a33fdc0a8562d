import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isRoot } from '../../../../e2e/support/source-servers/server.ts'
import { startSshd, type Sshd } from '../../../../e2e/support/source-servers/sshd.ts'
import { openProxy } from '../../../../e2e/support/tcp-proxy.ts'
import { fetchHalfway, longFile } from '../../testing/fetch-halfway.ts'
import { serveWithoutLength } from '../../testing/sftp-without-length.ts'
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
const { write, open, read, failure, options } = files
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

  it('goes on where it was when its server says that it sends no more, and does not wait for it', async () => {
    write('long.csv', longFile)
    const proxy = await openProxy(`sftp://127.0.0.1:${sshd.port}`)
    const patient = options(byKey, { timeouts: { connect: 2000, headers: 9000, idle: 600_000, second: 10 } })
    const fetched = fetchHalfway(proxy.url + join(sshd.folder, 'long.csv'), patient, () => proxy.finish())
    expect((await fetched).equals(longFile)).toBe(true)
    expect(proxy.connections()).toBe(2)
    await proxy.close()
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

  it('takes a key with a passphrase, which is opened while other things are done, and refuses a wrong one', async () => {
    write('g.csv', csv)
    const access = { ...byKey, privateKey: sshd.lockedKey('geheim'), passphrase: 'geheim' }
    const patient = { timeouts: { headers: 60_000 } }
    const before = process.threadCpuUsage()
    expect(await read(url('g.csv'), access, patient)).toEqual(csv)
    // to open it takes a second and more
    expect(process.threadCpuUsage(before).user).toBeLessThan(700_000)
    const [sentence] = await failure(url('g.csv'), { ...access, passphrase: 'offen' }, patient)
    expect(sentence).toMatch(/^source\.login\.privateKey of the definition cannot be used: .*bad passphrase/)
    expect(sentence).not.toMatch(/geheim|offen/)
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

  it('is not asked for primes of its own, which would be looked at for seconds', async () => {
    const strange = await startSshd('KexAlgorithms diffie-hellman-group-exchange-sha256\n')
    const access = { ...byKey, hostKeys: [strange.fingerprint] }
    const [sentence, transient] = await failure(`sftp://127.0.0.1:${strange.port}/a.csv`, access)
    expect(sentence).toMatch(/does not speak SSH as we do: .*no matching key exchange/)
    expect(transient).toBe(false)
    await strange.close()
  })

  it('is refused when it tells no length of a file, by which it could be known to be whole', async () => {
    const server = await serveWithoutLength()
    const access = { user: 'feed', password: 'any', hostKeys: [server.fingerprint] }
    const address = `sftp://127.0.0.1:${server.port}/a.csv`
    expect(await failure(address, access)).toEqual([`${address} has no length that its server tells`, false])
    await server.close()
  })

  it('is waited for when nobody answers there', async () => {
    await sshd.kill()
    expect(await failure(url('f.csv'))).toEqual([`connection refused by 127.0.0.1:${sshd.port}`, true])
    await sshd.start()
  })
})
