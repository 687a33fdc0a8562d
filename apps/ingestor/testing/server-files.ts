/** What holds for a file of any server that tells its length and its time, whatever they speak with us. */
import { appendFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { openSource } from '../src/sources/open-source.ts'
import type { Access } from '../src/sources/source-access.ts'
import { isSameFile, type SourceOptions } from '../src/sources/source-client.ts'
import { fetchHalfway, longFile } from './fetch-halfway.ts'
import { sourceFailure } from './source-failure.ts'

interface Server {
  folder: string
  start: () => Promise<void>
  kill: () => Promise<void>
  stop: () => void
  wake: () => void
}

export const hourAgo = new Date(1000 * Math.floor(Date.now() / 1000 - 3600))
/** With ends of lines that a transfer of texts would change. */
export const csv = Buffer.from('id,name\r\n1,a\n')

/** Files of a server that runs when a test begins, and what becomes of them when we fetch them. */
export function filesOf(server: () => Server, login: () => Access) {
  const options = (access = login(), more: Partial<SourceOptions> = {}): SourceOptions => ({
    ...{ allow: ['127.0.0.1/32'], roots: [], maxBytes: 2 ** 30, access },
    pace: { maxSeconds: 6000, minBytesPerSecond: 0 },
    timeouts: { connect: 2000, headers: 2000, idle: 2000, second: 300 },
    ...more,
  })
  const open = (source: string, access = login(), more: Partial<SourceOptions> = {}) =>
    openSource(source, { ...options(access, more), known: undefined })
  const read = async (...asked: Parameters<typeof open>) => buffer((await open(...asked)).stream)
  return {
    ...{ server, options, open, read },
    failure: (...asked: Parameters<typeof open>) => sourceFailure(read(...asked)),
    write: (name: string, bytes: Buffer, modified = hourAgo) => {
      const file = join(server().folder, name)
      writeFileSync(file, bytes)
      utimesSync(file, modified, modified)
    },
  }
}

type Files = ReturnType<typeof filesOf>
type UrlOf = (name: string) => string

export function itComesWhole({ write, options, open, read, failure }: Files, url: UrlOf): void {
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
    const again = () => openSource(url('d.csv'), { ...options(), known })
    expect(await again()).toEqual({ same: 'size and time', modified: known.modified })
    write('d.csv', Buffer.concat([csv, csv]))
    expect(isSameFile(await again())).toBe(false)
  })

  it('fails the run when it is longer than the limit', async () => {
    write('e.csv', csv)
    const [sentence] = await failure(url('e.csv'), undefined, { maxBytes: 5 })
    expect(sentence).toBe(`${url('e.csv')} is longer than the limit of 5 bytes`)
  })
}

export function itGoesOn({ server, write, options }: Files, url: UrlOf): void {
  const within = (timeouts: SourceOptions['timeouts']) => ({ ...options(), timeouts })

  it('goes on where it was when its server is killed, and is there again', async () => {
    write('long.csv', longFile)
    const halfway = async () => {
      await server().kill()
      await server().start()
    }
    expect((await fetchHalfway(url('long.csv'), options(), halfway)).equals(longFile)).toBe(true)
  })

  it('goes on where it was behind a silence', async () => {
    write('long.csv', longFile)
    let isAsleep = true
    const halfway = () => {
      server().stop()
      setTimeout(() => {
        isAsleep = false
        server().wake()
      }, 700)
    }
    const quick = within({ connect: 300, headers: 5000, idle: 300, second: 10 })
    expect((await fetchHalfway(url('long.csv'), quick, halfway)).equals(longFile)).toBe(true)
    expect(isAsleep).toBe(false)
  })

  it('is given up when its server stays silent', async () => {
    write('long.csv', longFile)
    const quick = within({ connect: 700, headers: 700, idle: 800, second: 10 })
    const fetched = fetchHalfway(url('long.csv'), quick, () => server().stop())
    expect(await sourceFailure(fetched)).toEqual([`${url('long.csv')} did not answer in time`, false])
  })
}

export function itIsNeverTwoVersions({ server, write, options }: Files, url: UrlOf): void {
  const begunAnew = (name: string) => [
    `${url(name)} changed while it was fetched, or cannot be continued`,
    true,
  ]

  it.each<[string, (file: string) => unknown]>([
    ['grew', (file) => appendFileSync(file, 'more')],
    ['was cut', (file) => truncateSync(file, 2 ** 20)],
    ['was written anew', (file) => writeFileSync(file, longFile.subarray().fill('x', 100, 200))],
  ])('is begun anew when it %s meanwhile, and never is two versions', async (_, change) => {
    write('long.csv', longFile)
    const fetched = fetchHalfway(url('long.csv'), options(), () => change(join(server().folder, 'long.csv')))
    expect(await sourceFailure(fetched)).toEqual(begunAnew('long.csv'))
  })

  it('is begun anew when it broke off, and is another one by then', async () => {
    write('long.csv', longFile)
    const halfway = async () => {
      await server().kill()
      write('long.csv', longFile, new Date(hourAgo.getTime() + 1000))
      await server().start()
    }
    expect(await sourceFailure(fetchHalfway(url('long.csv'), options(), halfway))).toEqual(
      begunAnew('long.csv'),
    )
  })
}
