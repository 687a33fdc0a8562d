import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startFtpd, type Ftpd } from '../../../../e2e/support/source-servers/ftpd.ts'
import { isRoot } from '../../../../e2e/support/source-servers/server.ts'
import { startSshd, type Sshd } from '../../../../e2e/support/source-servers/sshd.ts'
import { loadDataset } from '@dsf/dataset'
import type { ObjectStore } from '@dsf/store'
import { gathered } from '../../testing/gathered.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { landSource, type Landed } from '../importing/land-source.ts'
import type { FilesRead } from '../importing/new-files.ts'
import { listSources } from './list-source.ts'
import { openSource } from './open-source.ts'
import { addressOf } from './pattern.ts'
import type { Access } from './source-access.ts'
import type { SourceOptions } from './source-client.ts'

let sshd: Sshd
let ftpd: Ftpd
beforeAll(async () => {
  sshd = await startSshd()
  if (isRoot) ftpd = await startFtpd()
})
afterAll(() => Promise.all([sshd.close(), ftpd?.close()]))
/** A test that fails leaves it asleep. */
afterEach(() => [sshd, ftpd].forEach((server) => server?.wake()))

const hourAgo = new Date(1000 * Math.floor(Date.now() / 1000 - 3600))
const csv = Buffer.from('id,name\n1,a\n')
const serverOf = (scheme: string) => (scheme === 'sftp' ? sshd : ftpd)

function write(scheme: string, path: string, bytes = csv): void {
  const file = join(serverOf(scheme).folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, bytes)
  utimesSync(file, hourAgo, hourAgo)
}

const optionsOf = (scheme: string, more: Partial<SourceOptions> = {}): SourceOptions => ({
  ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 2 ** 30, access: accessOf(scheme) },
  pace: { maxSeconds: 6000, minBytesPerSecond: 0 },
  timeouts: { connect: 2000, headers: 2000, idle: 2000, second: 300 },
  ...more,
})

function accessOf(scheme: string): Access {
  if (scheme !== 'sftp') return { user: ftpd.user, password: ftpd.password, ca: ftpd.ca }
  return { user: sshd.user, privateKey: sshd.privateKey, hostKeys: [sshd.fingerprint] }
}

/** A login at the server of SSH sees the whole machine. */
const urlOf = (scheme: string, path: string) =>
  `${scheme}://127.0.0.1:${serverOf(scheme).port}${scheme === 'sftp' ? '/~' : ''}/${path}`

async function list(scheme: string, path: string, more: Partial<SourceOptions> = {}) {
  const files = await gathered(listSources([urlOf(scheme, path)], optionsOf(scheme, more)))
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
const paths = async (...asked: Parameters<typeof list>) =>
  (await list(...asked)).map(({ path }) => path.replace('/~', ''))

const secrets = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(secrets, { recursive: true }))
const loaded = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))
const store = { putStream: async (_: string, stream: Readable) => void (await buffer(stream)) } as ObjectStore

/** As a run does that has read so much. */
async function land(scheme: string, path: string, read: FilesRead | undefined) {
  const { user, password, privateKey, hostKeys, ca } = accessOf(scheme)
  writeFileSync(join(secrets, 'word'), password ?? privateKey!)
  const word = { [password === undefined ? 'privateKey' : 'password']: '${secret:word}' }
  const own = { url: urlOf(scheme, path), login: { user: user!, ...word }, hostKeys: hostKeys?.slice(), ca }
  const dataset = { ...loaded, source: { ...loaded.source, ...own } }
  const context = { allow: ['127.0.0.1/32'], roots: [], secrets, ...(read ? { read } : {}) }
  const run = { run: 'r', source: own.url, requested_at: 0 }
  return landSource(store, dataset, run, context, () => undefined) as Promise<Landed | { same: string }>
}

/** Pure-FTPd of Debian runs for root alone. */
describe.each(isRoot ? ['sftp', 'ftp', 'ftps'] : ['sftp'])('a folder of a server of %s', (scheme) => {
  it('has its files, with their lengths and times', async () => {
    write(scheme, 'in/a.csv')
    write(scheme, 'in/b.csv', Buffer.concat([csv, csv]))
    for (const other of ['in/c.txt', 'in/.d.csv', 'in/folder.csv/e.csv']) write(scheme, other)
    const known = { modifiedMs: hourAgo.getTime() }
    expect((await list(scheme, 'in/*.csv')).map(({ path, ...rest }) => [path.slice(-9), rest])).toEqual([
      ['/in/a.csv', { size: csv.length, ...known }],
      ['/in/b.csv', { size: 2 * csv.length, ...known }],
    ])
  })

  it('has folders, of which each that matches is looked into', async () => {
    for (const path of ['days/1/a.csv', 'days/2/a.csv', 'days/2/b.csv', 'days/3/none', 'days/x'])
      write(scheme, path)
    expect(await paths(scheme, 'days/*/a.csv')).toEqual(['/days/1/a.csv', '/days/2/a.csv'])
    expect(await paths(scheme, 'days/*/*.csv')).toHaveLength(3)
  })

  it('is the one in which a login begins, too', async () => {
    for (const path of ['here-a.csv', 'here-b/a.csv']) write(scheme, path)
    const found = await list(scheme, 'here-*')
    expect(found.map(({ path }) => addressOf(new URL(urlOf(scheme, '')), path))).toEqual([
      urlOf(scheme, 'here-a.csv'),
    ])
    expect(await paths(scheme, 'here-*/*')).toEqual(['/here-b/a.csv'])
  })

  it('need not be there for each date of a pattern, but for one', async () => {
    write(scheme, 'of-1969/a.csv')
    const { address } = (await land(scheme, 'of-{yyyy}/*.csv', undefined)) as Landed
    expect(address).toBe(urlOf(scheme, 'of-1969/a.csv'))
    await expect(land(scheme, 'none-{yyyy}/*.csv', undefined)).rejects.toThrow('none-1970')
  })

  it('has names with odd characters, by which each file is read', async () => {
    const names = ['a b.csv', '%41.csv', 'ü?.csv', '#1.csv', '*.csv', "'&+;=.csv", '-l.csv']
    for (const name of names) write(scheme, `odd/${name}`, Buffer.from(name))
    const found = await list(scheme, 'odd/*')
    expect(found).toHaveLength(names.length)
    const read = found.map(async ({ path }) => {
      const address = addressOf(new URL(urlOf(scheme, 'odd/*')), path)
      const { stream } = await openSource(address, { ...optionsOf(scheme), known: undefined })
      return (await buffer(stream)).toString()
    })
    expect((await Promise.all(read)).toSorted()).toEqual(names.toSorted())
  })

  it('is read file by file: those that are new, two at once, one that was replaced, and after a restart no other', async () => {
    let read: FilesRead | undefined
    const next = async () => {
      const landed = await land(scheme, `new-${scheme}/*.csv`, read)
      if ('same' in landed) return landed.same
      // as it comes back from the topic of runs
      read = JSON.parse(JSON.stringify(landed.files)) as FilesRead
      return `${landed.address!.split('/').at(-1)} of ${landed.landing_bytes}, ${landed.waiting} wait`
    }
    write(scheme, `new-${scheme}/a.csv`)
    expect([await next(), await next()]).toEqual([`a.csv of ${csv.length}, 0 wait`, 'no new file'])
    for (const name of ['c', 'b']) write(scheme, `new-${scheme}/${name}.csv`)
    expect([await next(), await next(), await next()]).toEqual([
      `b.csv of ${csv.length}, 1 wait`,
      `c.csv of ${csv.length}, 0 wait`,
      'no new file',
    ])
    write(scheme, `new-${scheme}/a.csv`, Buffer.concat([csv, csv]))
    await serverOf(scheme).kill()
    await serverOf(scheme).start()
    expect([await next(), await next()]).toEqual([`a.csv of ${2 * csv.length}, 0 wait`, 'no new file'])
  })

  it('fails the run in a sentence when it is not there', async () => {
    const [sentence, transient] = await sourceFailure(list(scheme, 'none/*.csv'))
    expect(sentence).toMatch(
      /^s?ftps?:\/\/127\.0\.0\.1:\d+\/.*none\/\*\.csv \(folder .*none\) does not exist/,
    )
    expect(transient).toBe(false)
  })

  it('is given up when its server is silent, and when its run ends', async () => {
    write(scheme, 'in/a.csv')
    serverOf(scheme).stop()
    const quick = { timeouts: { connect: 500, headers: 500, idle: 500, second: 10 } }
    const [, transient] = await sourceFailure(list(scheme, 'in/*', quick))
    expect(transient).toBe(true)
    const over = new AbortController()
    setTimeout(() => over.abort(), 100)
    await expect(list(scheme, 'in/*', { signal: over.signal })).rejects.toThrow()
  })

  it('is not looked into at an address that is not public, unless it is allowed', async () => {
    const [sentence] = await sourceFailure(list(scheme, 'in/*', { allow: [] }))
    expect(sentence).toContain('is refused: 127.0.0.1 is not a public address')
  })
})

describe('a folder of a server of SSH', () => {
  it('is followed by links, and a link to nothing is no file', async () => {
    write('sftp', 'real/a.csv')
    write('sftp', 'links/b.csv')
    symlinkSync('../real/a.csv', join(sshd.folder, 'links/a.csv'))
    symlinkSync('../nothing', join(sshd.folder, 'links/c.csv'))
    expect(await paths('sftp', 'links/*.csv')).toEqual(['/links/a.csv', '/links/b.csv'])
    expect((await list('sftp', 'links/a*')).map(({ size }) => size)).toEqual([csv.length])
  })
})
