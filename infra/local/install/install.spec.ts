import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cached } from './cache.ts'
import { folderChecksum, requireChecksum } from './checksum.ts'
import { pomFor } from './maven.ts'
import { requireProgram } from './tool.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('cached', () => {
  it('fills a folder once', async () => {
    let fills = 0
    const fill = async (into: string) => writeFileSync(join(into, 'program'), String(++fills))
    await cached(folder, 'tool-1', fill)
    await cached(folder, 'tool-1', fill)
    expect([fills, readdirSync(folder)]).toEqual([1, ['tool-1']])
  })

  it('leaves nothing behind when it fails', async () => {
    const failing = cached(folder, 'tool-1', () => Promise.reject(new Error('no network')))
    await expect(failing).rejects.toThrow('no network')
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('checksums', () => {
  beforeEach(() => {
    writeFileSync(join(folder, 'b'), 'two')
    writeFileSync(join(folder, 'a'), 'one')
  })

  it('are what `sha256sum * | sha256sum` prints', async () => {
    expect(await folderChecksum(folder)).toBe(
      'd17138d96382403690482a89da33475336ab36c046a6912a86badedd62301cb8',
    )
  })

  it('delete a download that is not the pinned one', async () => {
    await expect(requireChecksum('tool-1', folder, 'f00')).rejects.toThrow(
      /tool-1 has the checksum .* pins f00/,
    )
    expect(existsSync(folder)).toBe(false)
  })
})

it('takes the libraries of a jar, and of an archive only itself', () => {
  const pom = pomFor(['g:jar:1', 'g:archive:2:tar.gz:all'])
  expect(pom).toMatch(
    /<artifactId>jar<\/artifactId><version>1<\/version>\s*<type>jar<\/type>\s*<\/dependency>/,
  )
  expect(pom).toMatch(/<type>tar.gz<\/type><classifier>all<\/classifier><exclusions>/)
})

it('says which program is missing, what for, and how to get it', () => {
  expect(() => requireProgram('no-such-mvn', 'it downloads kafka', 'maven')).toThrow(
    'The program no-such-mvn is missing; it downloads kafka. Install it (on Debian: apt-get install maven), then run make up again.',
  )
})
