import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDataset, type Dataset } from '@dsf/dataset'
import { afterAll, describe, expect, it } from 'vitest'
import { accessOf, serverOf } from './source-access.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'word'), 'pa ss\n')
const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----'
writeFileSync(join(folder, 'key'), `${key}\n`)

const loaded = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))
const from = (source: Partial<Dataset['source']>): Dataset => ({
  ...loaded,
  source: { ...loaded.source, ...source },
})
const url = 'sftp://example.org:22/a.csv'
const word = '${secret:word}'
const login = { user: 'me', password: word, privateKey: '${secret:key}' }
const hostKeys = ['SHA256:x']

describe('what a definition says of its server', () => {
  it('has the secrets that it names, a key with all its lines', async () => {
    const ca = '${secret:key}'
    const s3 = { region: 'eu-central-1', accessKey: word, secretKey: word }
    expect(await accessOf(from({ url, login, hostKeys, ca, s3 }), url, folder)).toEqual({
      ...{ user: 'me', password: 'pa ss', privateKey: key, hostKeys, ca: key },
      s3: { region: 'eu-central-1', accessKey: 'pa ss', secretKey: 'pa ss' },
    })
    expect(await accessOf(from({ url }), url, undefined)).toEqual({})
  })

  it.each([
    'sftp://example.org:2222/a.csv',
    'sftp://evil.example:22/a.csv',
    'ftp://example.org:22/a.csv',
    'no url',
  ])('is for that server alone, and not for %s', async (asked) => {
    expect(await accessOf(from({ url, login, hostKeys }), asked, folder)).toEqual({})
  })

  it.each(['sftp://example.org:22/b.csv', 'sftp://example.org/b.csv', 'sftp://EXAMPLE.org/b.csv'])(
    'holds for other files of that server, however it is written: %s',
    async (other) => {
      expect(await accessOf(from({ url, login }), other, folder)).toMatchObject({ user: 'me' })
    },
  )

  it('is of no use without a secret of one line, or with half of the keys of a store', async () => {
    const wrong = { ...login, password: '${secret:key}' }
    await expect(accessOf(from({ url, login: wrong }), url, folder)).rejects.toThrow(
      'the secret "key", which the definition\'s source names, is not one line',
    )
    await expect(accessOf(from({ url, s3: { accessKey: word } }), url, folder)).rejects.toThrow(
      'source.s3 of the definition has accessKey or secretKey without the other',
    )
  })
})

describe('the server of a source', () => {
  it.each<[string, Partial<Dataset['source']>, string | undefined]>([
    ['https://example.org/a.csv', {}, 'example.org'],
    ['sftp://example.org:2222/a.csv', {}, 'example.org:2222'],
    ['sftp://Example.org:22/a.csv', {}, 'example.org'],
    ['https://Example.org:443/a.csv', {}, 'example.org'],
    ['ftps://Example.org:21/a.csv', {}, 'example.org'],
    ['s3://bucket/a.csv', {}, 's3.us-east-1.amazonaws.com'],
    ['s3://other/a.csv', {}, 's3.us-east-1.amazonaws.com'],
    ['s3://bucket/a.csv', { s3: { region: 'eu-west-1' } }, 's3.eu-west-1.amazonaws.com'],
    ['s3://bucket/a.csv', { s3: { endpoint: 'http://minio.example:9000' } }, 'minio.example:9000'],
    ['file:///a.csv', {}, undefined],
    ['', {}, undefined],
  ])('%s %j is %s', (asked, source, server) => expect(serverOf(from(source), asked)).toBe(server))
})
