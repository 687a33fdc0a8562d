import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDataset, type Dataset } from '@dsf/dataset'
import { afterAll, describe, expect, it } from 'vitest'
import { askedOf } from './source-secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
const secret = 'pa&ss/word'
writeFileSync(join(folder, 'token'), `${secret}\n`)
writeFileSync(join(folder, 'lines'), 'a\nb\n')

const loaded = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))
const url = 'https://example.org/a.csv?key=${secret:token}'
const headers = { Authorization: 'Bearer ${secret:token}', accept: 'text/csv' }
const from = (source: Partial<Dataset['source']>): Dataset => ({
  ...loaded,
  source: { ...loaded.source, ...source },
})
const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => 'no error',
    (error: unknown) => (error as Error).message,
  )

describe('the secrets that a definition names', () => {
  it('are in what is asked, and nowhere in the definition or the source', async () => {
    expect(await askedOf(from({ url, headers }), url, folder)).toEqual({
      url: `https://example.org/a.csv?key=${encodeURIComponent(secret)}`,
      headers: { authorization: `Bearer ${secret}`, accept: 'text/csv' },
      ...{ isOwnServer: true, isOwnAddress: true },
    })
  })

  it('go to the server of the definition alone, whatever a request names', async () => {
    const dataset = from({ url, headers })
    const elsewhere = 'https://evil.example/?x=${secret:token}'
    const stranger = { headers: {}, isOwnServer: false, isOwnAddress: false }
    expect(await askedOf(dataset, elsewhere, folder)).toEqual({ url: elsewhere, ...stranger })
    const beside = 'https://example.org/other.csv?x=${secret:token}'
    expect(await askedOf(dataset, beside, folder)).toMatchObject({
      ...{ url: beside, isOwnServer: true, isOwnAddress: false },
    })
    expect(await askedOf(from({ url: undefined, headers }), elsewhere, folder)).toMatchObject({ headers: {} })
  })

  it.each<[own: string, asked: string, isOwn: boolean]>([
    ['https://example.org/a.csv', 'https://EXAMPLE.org:443/b.csv', true],
    ['https://example.org/a.csv', 'http://example.org/a.csv', false],
    ['https://example.org/a.csv', 'http://example.org:443/a.csv', false],
    ['ftps://example.org/a.csv', 'ftps://Example.org:21/a.csv', true],
    ['ftps://example.org/a.csv', 'ftp://example.org/a.csv', false],
    ['sftp://example.org/a.csv', 'sftp://example.org:21/a.csv', false],
    ['s3://bucket/a.csv', 's3://bucket/b.csv', true],
    ['s3://bucket/a.csv', 's3://other/a.csv', false],
    ['s3://bucket/a.csv', 's3://Bucket/a.csv', false],
  ])('of %s go with %s: %j', async (own, asked, isOwn) => {
    const { isOwnServer } = await askedOf(from({ url: own }), asked, folder)
    expect(isOwnServer).toBe(isOwn)
  })

  it('belong to one address and to its queries, as a question and pages do', async () => {
    const asked = await askedOf(from({ url, headers }), 'https://example.org/a.csv?day=1', folder)
    expect(asked).toMatchObject({ isOwnServer: true, isOwnAddress: true })
  })

  it.each([
    [
      'missing',
      folder,
      'the secret "missing", which the definition\'s source names, cannot be read from SOURCE_SECRETS_DIR (ENOENT)',
    ],
    [
      'lines',
      folder,
      'the secret "lines", which the definition\'s source names, is not one line of 1 to 4096 printable ASCII characters',
    ],
    [
      'token',
      undefined,
      'the secret "token", which the definition\'s source names, has no folder: set SOURCE_SECRETS_DIR',
    ],
  ])('fail the run with their name when they cannot be had: %s', async (name, where, sentence) => {
    const named = from({ url, headers: { 'x-key': `\${secret:${name}}` } })
    expect(await refusal(askedOf(named, 'https://example.org/b.csv', where))).toBe(sentence)
  })
})
