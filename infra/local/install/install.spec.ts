import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { folderChecksum, requireChecksum } from './checksum.ts'
import { downloaded, pomFor } from './maven.ts'
import { inWordsOfUv } from './pip-choices.ts'
import { uvProgress } from './python-packages.ts'
import { requireProgram } from './tool.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

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

it('tells how far Maven is from its log', () => {
  const log = [
    '[INFO] Downloading from central: kafka.jar',
    '[INFO] Downloaded from central: kafka.jar (6.7 MB at 40 MB/s)',
    '[INFO] Downloaded from central: kafka.pom (800 kB at 32 kB/s)',
  ].join('\n')
  expect(downloaded(log)).toBe('2 files, 8 MB')
})

it('tells how far uv is from its log', () => {
  const log =
    'Downloading numpy (16.1MiB)\nDownloading pandas (12.2MiB)\n Downloaded numpy\n   Building pyspark==4.1.1\n'
  expect(uvProgress(log)).toBe('1 of 2 large downloads, building pyspark==4.1.1')
  expect(uvProgress(`${log}      Built pyspark==4.1.1\n`)).toBe('1 of 2 large downloads')
})

it("takes pip's configuration for uv, but not over its own", () => {
  const dashUrl = '-url'
  const mirror = 'https://mirror.example/simple'
  const config = `global.index${dashUrl}='${mirror}'\n:env:.cert='/etc/ca.pem'\nglobal.timeout='60'\n`
  expect(inWordsOfUv(config, {})).toEqual({ UV_DEFAULT_INDEX: mirror, SSL_CERT_FILE: '/etc/ca.pem' })
  expect(inWordsOfUv(config, { UV_DEFAULT_INDEX: 'mine' })).toEqual({ SSL_CERT_FILE: '/etc/ca.pem' })
})
