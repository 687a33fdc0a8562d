import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FatalError, TransientError } from '@dsf/stage'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { encryptionOf, identityOf } from './credentials.ts'
import { storeVariables } from './env.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-store-'))
const [access, secret] = [join(folder, 'access'), join(folder, 'secret')]
afterAll(() => rmSync(folder, { recursive: true }))

const settings = (env: NodeJS.ProcessEnv) =>
  z.object(storeVariables).parse({ S3_ENDPOINT: 'http://s:9000', ...env })

describe('who we are for an object store', () => {
  it('is what the files say at each request, and a refusal is waited for then', async () => {
    writeFileSync(access, 'me\n')
    writeFileSync(secret, 'one')
    const files = { S3_ACCESS_KEY_FILE: access, S3_SECRET_KEY_FILE: secret, S3_SESSION_TOKEN: 'lent' }
    const { provider, isMendable } = identityOf(settings(files))
    const told = async () => {
      const keys = await provider.getCredentials()
      return [keys.getAccessKey(), keys.getSecretKey(), keys.getSessionToken()]
    }
    expect([isMendable, ...(await told())]).toEqual([true, 'me', 'one', 'lent'])
    writeFileSync(secret, 'two')
    expect(await told()).toEqual(['me', 'two', 'lent'])
    rmSync(secret)
    await expect(told()).rejects.toThrow(TransientError)
    await expect(told()).rejects.toThrow(`S3_SECRET_KEY_FILE is "${secret}"`)
  })

  it.each([
    ...[{}, { S3_ACCESS_KEY: 'a' }, { AWS_WEB_IDENTITY_TOKEN_FILE: 't' }],
    { S3_SECRET_KEY: 'a', AWS_WEB_IDENTITY_TOKEN_FILE: 't' },
  ])('must be said: %j', (env) => {
    expect(() => identityOf(settings(env))).toThrow(FatalError)
  })
})

describe('encryption', () => {
  it.each([
    ['none', {}],
    ['AES256', { 'x-amz-server-side-encryption': 'AES256' }],
    ['aws:kms', { 'x-amz-server-side-encryption': 'aws:kms' }],
    [
      'aws:kms:mine',
      { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': 'mine' },
    ],
  ])('%s is asked for by each upload', (S3_SSE, headers) => {
    expect(encryptionOf(settings({ S3_SSE }))).toEqual(headers)
  })
})
