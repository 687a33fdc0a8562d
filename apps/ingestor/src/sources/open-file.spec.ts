import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csv, options, read } from '../../testing/served-source.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { readWhileSwapped } from '../../testing/swapped-folder.ts'
import { openSource } from './open-source.ts'

describe('from files', () => {
  let folder: string
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'source-'))))
  afterAll(() => rm(folder, { recursive: true }))
  const file = async (name: string, bytes: Buffer) => {
    await writeFile(join(folder, name), bytes)
    return pathToFileURL(join(folder, name)).href
  }

  it('yields the bytes and the facts', async () => {
    const { stream, ...facts } = await openSource(await file('a.csv', csv), { ...options, roots: [folder] })
    expect(await buffer(stream)).toEqual(csv)
    expect(facts).toMatchObject({
      compression: undefined,
      contentLength: csv.length,
    })
    expect(
      await openSource(await file('a.gz', gzipSync(csv)), { ...options, roots: [folder] }),
    ).toMatchObject({
      compression: 'gzip',
    })
    expect(await read(await file('empty', Buffer.alloc(0)), { roots: [folder] })).toEqual(Buffer.alloc(0))
  })

  it('refuses what is missing, outside, too long or a folder', async () => {
    const url = await file('b.csv', csv)
    const roots = [folder]
    expect((await sourceFailure(openSource(url + 'x', { ...options, roots })))[0]).toBe(
      `file ${folder}/b.csvx does not exist`,
    )
    expect((await sourceFailure(openSource('file:///etc/passwd', { ...options, roots })))[0]).toContain(
      'outside the folders',
    )
    expect((await sourceFailure(openSource(url, { ...options, roots, maxBytes: 3 })))[0]).toBe(
      `file ${folder}/b.csv is longer than the limit of 3 bytes`,
    )
    expect(
      (await sourceFailure(openSource(pathToFileURL(folder).href, { ...options, roots: [tmpdir()] })))[0],
    ).toBe(`file ${folder} is not a file`)
  })
})

describe('a file whose folder becomes a link to another one', () => {
  it('is read as it was checked, or not at all', async () => {
    // bench/swapped-file.ts tries a million times, in some minutes
    const seen = await readWhileSwapped(4000)
    expect(seen.get('a secret')).toBeUndefined()
    expect(seen.get('inside')).toBeGreaterThan(0)
  }, 60_000)
})
