import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startFtpd, type Ftpd } from '../../../../e2e/support/source-servers/ftpd.ts'
import { isRoot } from '../../../../e2e/support/source-servers/server.ts'
import { longFile } from '../../testing/fetch-halfway.ts'
import { csv, filesOf, itComesWhole, itGoesOn, itIsNeverTwoVersions } from '../../testing/server-files.ts'
import type { Access } from './source-access.ts'

let ftpd: Ftpd
let login: Access
beforeAll(async () => {
  if (!isRoot) return
  ftpd = await startFtpd()
  const { user, password, ca } = ftpd
  login = { user, password, ca }
})
afterAll(() => ftpd?.close())

/** A test that fails leaves it asleep. */
afterEach(() => ftpd?.wake())

const files = filesOf(
  () => ftpd,
  () => login,
)
const { write, open, read, failure } = files

/** Pure-FTPd of Debian runs for root alone. */
describe.runIf(isRoot).each(['ftp', 'ftps'])('a file of a server of %s', (scheme) => {
  const url = (name: string) => `${scheme}://127.0.0.1:${ftpd.port}/${name}`
  itComesWhole(files, url)
  itGoesOn(files, url)
  itIsNeverTwoVersions(files, url)

  it.each(['while it is asked for', 'in its middle'])('ends with its run, %s', async (when) => {
    write('long.csv', longFile)
    const over = new AbortController()
    const opened = async () => {
      if (when === 'in its middle') return open(url('long.csv'), login, { signal: over.signal })
      ftpd.stop()
      setTimeout(() => over.abort(), 200)
      return open(url('long.csv'), login, { signal: over.signal })
    }
    const reading = opened().then(async ({ stream }) => {
      if (when === 'in its middle') stream.once('data', () => over.abort())
      return buffer(stream)
    })
    await expect(reading).rejects.toThrow()
  })

  it.each([
    ['none.csv', 'does not exist, or may not be read', true],
    ['closed.csv', 'is there, and may not be read', false],
  ])('fails the run when it is missing, or not for us: %s', async (name, sentence, isMissing) => {
    write('closed.csv', csv)
    chmodSync(join(ftpd.folder, 'closed.csv'), 0o600)
    expect(await failure(url(name))).toEqual([`${url(name)} ${sentence}`, false])
    await expect(read(url(name))).rejects.toMatchObject({ isMissing })
  })

  it('is none by a name in which another command begins', async () => {
    expect((await failure(url('a%0D%0ADELE%20b')))[0]).toContain('names no file')
  })

  it('is refused to a wrong password, in a sentence without it', async () => {
    // it makes whoever guesses wait
    const patient = { timeouts: { headers: 20_000 } }
    const refused = await failure(url('e.csv'), { ...login, password: 'geheim' }, patient)
    expect(refused).toEqual([`${url('e.csv')} refuses source.login of the definition`, false])
  })

  it('is not reached at an address that is not public, by whatever name, unless it is allowed', async () => {
    const guarded = { allow: [] }
    expect((await failure(url('e.csv'), login, guarded))[0]).toContain(
      'is refused: 127.0.0.1 is not a public',
    )
    const [sentence] = await failure(url('e.csv').replace('127.0.0.1', 'localhost'), login, guarded)
    expect(sentence).toMatch(/^host localhost is refused: .* is not a public address/)
  })

  it('is waited for when nobody answers there', async () => {
    await ftpd.kill()
    expect(await failure(url('e.csv'))).toEqual([`connection refused by 127.0.0.1:${ftpd.port}`, true])
    await ftpd.start()
  })
})

describe.runIf(isRoot)('the certificate of a server of ftps', () => {
  it('must be of who signs for it, and nothing of us is shown to another server', async () => {
    write('f.csv', csv)
    const [sentence, transient] = await failure(`ftps://127.0.0.1:${ftpd.port}/f.csv`, {
      ...login,
      ca: undefined,
    })
    expect(sentence).toContain('/f.csv has no certificate that we trust (DEPTH_ZERO_SELF_SIGNED_CERT)')
    expect(transient).toBe(false)
  })

  it('must be of the name that was asked', async () => {
    const allow = ['127.0.0.1/32', '::1/128']
    const [sentence] = await failure(`ftps://localhost:${ftpd.port}/f.csv`, login, { allow })
    expect(sentence).toContain('has no certificate that we trust (ERR_TLS_CERT_ALTNAME_INVALID)')
  })
})
