import { appendFileSync, chmodSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startFtpd, type Ftpd } from '../../../../e2e/support/source-servers/ftpd.ts'
import { isRoot } from '../../../../e2e/support/source-servers/server.ts'
import { fetchHalfway, longFile } from '../../testing/fetch-halfway.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { openSource } from './open-source.ts'
import type { Access } from './source-access.ts'
import { isSame, type SourceOptions } from './source-client.ts'

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

const hourAgo = new Date(1000 * Math.floor(Date.now() / 1000 - 3600))
const csv = Buffer.from('id,name\r\n1,a\n')

function write(name: string, bytes: Buffer, modified = hourAgo): void {
  const file = join(ftpd.folder, name)
  writeFileSync(file, bytes)
  utimesSync(file, modified, modified)
}
const options = (access = login, more: Partial<SourceOptions> = {}): SourceOptions => ({
  ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 2 ** 30, access },
  pace: { maxSeconds: 6000, minBytesPerSecond: 0 },
  timeouts: { connect: 2000, headers: 2000, idle: 2000, second: 300 },
  ...more,
})
const open = (source: string, access = login, more: Partial<SourceOptions> = {}) =>
  openSource(source, { ...options(access, more), known: undefined })
const read = async (...asked: Parameters<typeof open>) => buffer((await open(...asked)).stream)
const failure = (...asked: Parameters<typeof open>) => sourceFailure(read(...asked))

/** Pure-FTPd of Debian runs for root alone. */
describe.runIf(isRoot).each(['ftp', 'ftps'])('a file of a server of %s', (scheme) => {
  const url = (name: string) => `${scheme}://127.0.0.1:${ftpd.port}/${name}`

  it('comes byte by byte, with its length and time', async () => {
    write('a b%é.csv', csv)
    const { stream, ...told } = await open(url('a%20b%25%C3%A9.csv'))
    expect(await buffer(stream)).toEqual(csv)
    expect(told).toMatchObject({ contentLength: csv.length, modified: hourAgo.toISOString() })
    write('long.csv', longFile)
    expect((await read(url('long.csv'))).equals(longFile)).toBe(true)
    write('empty.csv', Buffer.alloc(0))
    expect(await read(url('empty.csv'))).toEqual(Buffer.alloc(0))
  })

  it('does not come again when length and time are those of the one before', async () => {
    write('d.csv', csv)
    const known = { etag: null, redirected: null, modified: hourAgo.toISOString(), bytes: csv.length }
    const found = await openSource(url('d.csv'), options(login, { known }))
    expect(found).toEqual({ same: 'size and time', modified: known.modified })
    write('d.csv', Buffer.concat([csv, csv]))
    expect(isSame(await openSource(url('d.csv'), options(login, { known })))).toBe(false)
  })

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

  it('goes on where it was when its server is killed, and is there again', async () => {
    write('long.csv', longFile)
    const halfway = async () => {
      await ftpd.kill()
      await ftpd.start()
    }
    expect((await fetchHalfway(url('long.csv'), options(), halfway)).equals(longFile)).toBe(true)
  })

  it('goes on where it was behind a silence', async () => {
    write('long.csv', longFile)
    let isAsleep = true
    const halfway = () => {
      ftpd.stop()
      setTimeout(() => {
        isAsleep = false
        ftpd.wake()
      }, 700)
    }
    const quick = options(login, { timeouts: { connect: 300, headers: 5000, idle: 300, second: 10 } })
    expect((await fetchHalfway(url('long.csv'), quick, halfway)).equals(longFile)).toBe(true)
    expect(isAsleep).toBe(false)
  })

  it('is given up when its server stays silent', async () => {
    write('long.csv', longFile)
    const quick = options(login, { timeouts: { connect: 700, headers: 700, idle: 800, second: 10 } })
    const fetched = fetchHalfway(url('long.csv'), quick, () => ftpd.stop())
    expect(await sourceFailure(fetched)).toEqual([`${url('long.csv')} did not answer in time`, false])
  })

  it.each<[string, (file: string) => unknown]>([
    ['grew', (file) => appendFileSync(file, 'more')],
    ['was cut', (file) => truncateSync(file, 2 ** 20)],
    ['was written anew', (file) => writeFileSync(file, longFile.subarray().fill('x', 100, 200))],
  ])('is begun anew when it %s meanwhile, and never is two versions', async (_, change) => {
    write('long.csv', longFile)
    const fetched = fetchHalfway(url('long.csv'), options(), () => change(join(ftpd.folder, 'long.csv')))
    expect(await sourceFailure(fetched)).toEqual([
      `${url('long.csv')} changed while it was fetched, or cannot be continued`,
      true,
    ])
  })

  it('is begun anew when it broke off, and is another one by then', async () => {
    write('long.csv', longFile)
    const halfway = async () => {
      await ftpd.kill()
      write('long.csv', longFile, new Date(hourAgo.getTime() + 1000))
      await ftpd.start()
    }
    expect(await sourceFailure(fetchHalfway(url('long.csv'), options(), halfway))).toEqual([
      `${url('long.csv')} changed while it was fetched, or cannot be continued`,
      true,
    ])
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

  it('fails the run when it is longer than the limit', async () => {
    write('e.csv', csv)
    const [sentence] = await failure(url('e.csv'), login, { maxBytes: 5 })
    expect(sentence).toBe(`${url('e.csv')} is longer than the limit of 5 bytes`)
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
