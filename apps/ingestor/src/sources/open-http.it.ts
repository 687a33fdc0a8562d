import { randomBytes } from 'node:crypto'
import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { loadDataset } from '@dsf/dataset'
import { openStore, storeVariables } from '@dsf/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startNginx, type Nginx } from '../../../../e2e/support/source-servers/nginx.ts'
import { environment } from '../../../../e2e/support/stack.ts'
import { until } from '../../../../e2e/support/until.ts'
import { fetchHalfway, longFile } from '../../testing/fetch-halfway.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { landSource, type Landed } from '../importing/land-source.ts'
import { openSource } from './open-source.ts'
import { isSameFile, type SourceOptions } from './source-client.ts'

let nginx: Nginx
/** asks `nginx` for all that it is asked for */
let proxy: Nginx
const store = openStore(z.object(storeVariables).parse(environment))
const loaded = loadDataset('datasets/earthquakes')

beforeAll(async () => {
  await store.ensureBucket()
  nginx = await startNginx()
  proxy = await startNginx(nginx.url)
})
afterAll(() => Promise.all([nginx.close(), proxy.close()]))

const csv = Buffer.from('id,name\n1,a\n')
const other = Buffer.concat([Buffer.from('id,name\n9,z\n'), longFile.subarray(0, -12)])
const hoursAgo = (hours: number) => new Date(1000 * Math.floor(Date.now() / 1000 - 3600 * hours))

/** One version in the place of another, at once. */
function write(name: string, bytes: Buffer, modified = hoursAgo(2)): void {
  const file = join(nginx.folder, name)
  writeFileSync(`${file}.new`, bytes)
  utimesSync(`${file}.new`, modified, modified)
  renameSync(`${file}.new`, file)
}

const options: SourceOptions = {
  ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 2 ** 30 },
  pace: { maxSeconds: 6000, minBytesPerSecond: 0 },
  timeouts: { connect: 1000, headers: 1000, idle: 1000, second: 200 },
}
const open = (url: string, more: Partial<SourceOptions> = {}) =>
  openSource(url, { ...options, ...more, known: undefined })
const read = async (url: string, more: Partial<SourceOptions> = {}) => buffer((await open(url, more)).stream)

/** What it answered of a file since this test began to ask for it, as `<status> <first byte>`. */
const answersOf = (server: Nginx, path: string) =>
  server
    .answers()
    .map((line) => line.split(' '))
    .filter(([, uri]) => uri === path)
    .map(([status, , range = '']) => `${status}${/bytes=(\d+)-/.test(range) ? ' rest' : ''}`)

describe('a file of nginx', () => {
  it.each([
    ['/', 'etag'],
    ['/plain/', 'last-modified'],
  ])('below %s does not come again until it changed, by its %s', async (place, by) => {
    write('news.csv', csv)
    const url = `${nginx.url}${place}news.csv`
    const { stream, etag = null, modified = null } = await open(url)
    expect(await buffer(stream)).toEqual(csv)
    const known = { etag, modified, redirected: null, bytes: csv.length }
    expect(await openSource(url, { ...options, known })).toMatchObject({ same: by })
    write('news.csv', Buffer.from('id,name\n2,b\n'), hoursAgo(1))
    const changed = await openSource(url, { ...options, known })
    if (isSameFile(changed)) throw new Error('it changed')
    expect((await buffer(changed.stream)).toString()).toBe('id,name\n2,b\n')
  })

  it('behind a password comes to who has it', async () => {
    write('locked.csv', csv)
    const url = `${nginx.url}/locked/locked.csv`
    const as = (password: string) => ({ authorization: `Basic ${btoa(`${nginx.user}:${password}`)}` })
    expect(await read(url, { headers: as(nginx.password) })).toEqual(csv)
    const [message, transient] = await sourceFailure(read(url, { headers: as('wrong') }))
    expect(message).toBe(`${url} answered 401 Unauthorized`)
    expect(transient).toBe(false)
  })

  it('over TLS comes only from who has a certificate that we trust', async () => {
    write('secret.csv', csv)
    const url = `${nginx.secureUrl}/secret.csv`
    const [message] = await sourceFailure(read(url))
    expect(message).toContain('has no certificate that we trust (DEPTH_ZERO_SELF_SIGNED_CERT)')
    const usual = getCACertificates()
    setDefaultCACertificates([...usual, nginx.ca])
    try {
      expect(await read(url)).toEqual(csv)
    } finally {
      setDefaultCACertificates(usual)
    }
  })
})

describe('a server that fails in the middle of a file', () => {
  it('and comes back is asked for the rest', async () => {
    write('kill.csv', longFile)
    const came = await fetchHalfway(`${nginx.url}/kill.csv`, options, async () => {
      await nginx.kill()
      await nginx.start()
    })
    expect(came.equals(longFile)).toBe(true)
    expect(answersOf(nginx, '/kill.csv')).toEqual(['206 rest'])
  })

  it('and stays away fails the file for good, once it was tried three times', async () => {
    write('gone.csv', longFile)
    const outcome = sourceFailure(fetchHalfway(`${nginx.url}/gone.csv`, options, nginx.kill))
    const [message, transient] = await outcome.finally(nginx.start)
    expect(message).toMatch(/^connection refused by 127\.0\.0\.1/)
    expect(transient).toBe(false)
  })

  it('and says nothing more is given up, and asked for the rest', async () => {
    write('stall.csv', longFile)
    const spent = { seconds: 0, isResting: false }
    const pace = { ...options.pace, spent }
    const came = await fetchHalfway(`${nginx.url}/stall.csv`, { ...options, pace }, () => {
      nginx.stop()
      void until('it to be given up', () => spent.isResting).then(nginx.wake)
    })
    expect(came.equals(longFile)).toBe(true)
    expect(answersOf(nginx, '/stall.csv')).toContain('206 rest')
  })

  it('and is a proxy that lost its server, which ends the body early, is asked for the rest', async () => {
    write('cut.csv', longFile)
    let restarted: Promise<unknown> = Promise.resolve()
    const came = await fetchHalfway(`${proxy.url}/proxied/cut.csv`, options, async () => {
      await nginx.kill()
      // it reads no further than we do, so it notices behind this
      const noticed = until('the proxy to notice', () => answersOf(proxy, '/proxied/cut.csv').length > 0)
      restarted = noticed.then(nginx.start)
    })
    await restarted
    expect(came.equals(longFile)).toBe(true)
    expect(answersOf(proxy, '/proxied/cut.csv').filter((answer) => !answer.startsWith('502'))).toEqual([
      '200',
      '206 rest',
    ])
  })

  it('is never given the rest of another version for that of this one', async () => {
    write('change.csv', longFile)
    const changed = fetchHalfway(`${nginx.url}/change.csv`, options, async () => {
      await nginx.kill()
      write('change.csv', other, hoursAgo(1))
      await nginx.start()
    })
    const [message, transient] = await sourceFailure(changed)
    expect(message).toContain('changed while it was fetched')
    expect(transient).toBe(true)
  })

  it('and is too slow is not waited for', async () => {
    write('slow.csv', longFile)
    const more = { pace: { maxSeconds: 6000, minBytesPerSecond: 1000 }, timeouts: { second: 50 } }
    const [message] = await sourceFailure(read(`${nginx.url}/slow/slow.csv`, more))
    expect(message).toMatch(/sent \d+ bytes in 30 s, at least 30000 are expected/)
  })
})

describe('a landing', () => {
  const reach = { allow: options.allow, roots: [] }
  type Before = Parameters<typeof landSource>[3]['before']

  const land = (
    path: string,
    { before, came = () => undefined }: { before?: Before; came?: () => void } = {},
  ) => {
    const run = { run: randomBytes(16).toString('hex'), requested_at: 0, source: `${nginx.url}${path}` }
    return landSource(store, loaded, run, { ...reach, before }, came) as Promise<Landed>
  }

  /** Does something to the server as soon as the first bytes are here. */
  async function landHalfway(path: string, halfway: () => Promise<void>): Promise<Landed> {
    let done: Promise<void> | undefined
    const landed = await land(path, { came: () => void (done ??= halfway()) })
    await done
    return landed
  }

  it('comes of a server that wants to be asked later', async () => {
    write('later.csv', csv)
    writeFileSync(join(nginx.folder, 'later'), '')
    const landing = land('/later/later.csv')
    await until('a refusal', () => answersOf(nginx, '/later/later.csv').includes('503'))
    rmSync(join(nginx.folder, 'later'))
    expect(await store.get((await landing).landing)).toEqual(csv)
    expect(answersOf(nginx, '/later/later.csv')).toEqual(['503', '200'])
  })

  it('is of the new version alone, where the file was replaced in the middle', async () => {
    write('replaced.csv', longFile)
    const { landing } = await landHalfway('/replaced.csv', async () => {
      await nginx.kill()
      write('replaced.csv', other, hoursAgo(1))
      await nginx.start()
    })
    expect((await store.get(landing)).equals(other)).toBe(true)
  })

  it('comes anew of a file that lies compressed on its disk, of which nginx sends no rest', async () => {
    const compressed = gzipSync(randomBytes(12 * 2 ** 20).toString('base64'), { level: 1 })
    write('noise.csv.gz', compressed)
    const { landing } = await landHalfway('/static-gzip/noise.csv', async () => {
      await nginx.kill()
      await nginx.start()
    })
    expect(landing).toMatch(/\.csv\.gz$/)
    expect((await store.get(landing)).equals(compressed)).toBe(true)
  })

  it('of a file without a version is known by its content', async () => {
    write('bare.csv', csv)
    const { etag, modified, redirected, ...landed } = await land('/timeless/bare.csv')
    expect({ etag, modified }).toEqual({ etag: null, modified: null })
    const { landing_bytes: bytes, landing_sha256: sha256 } = landed
    const again = await land('/timeless/bare.csv', { before: { etag, modified, redirected, bytes, sha256 } })
    expect(again).toMatchObject({ same: 'content', landing_bytes: csv.length })
  })
})
