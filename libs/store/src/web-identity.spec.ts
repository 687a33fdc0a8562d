import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { TransientError } from '@dsf/stage'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { identityOf } from './credentials.ts'
import { storeVariables } from './env.ts'
import { keysOf } from './web-identity.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-lent-'))
const file = join(folder, 'token')
const role = 'arn:aws:iam::123456789012:role/dsf'
const asked: URLSearchParams[] = []
let answer: { status: number; body: string }

/** As much of the Security Token Service as is documented of AssumeRoleWithWebIdentity. */
const server = createServer((request, response) => {
  void text(request).then((body) => {
    asked.push(new URLSearchParams(body))
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body)
  })
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  asked.length = 0
  writeFileSync(file, 'a.b.c\n')
})

const keys = (access: string, expiration: string) => ({
  status: 200,
  body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
    <AssumedRoleUser><Arn>${role}/dsf</Arn></AssumedRoleUser>
    <Credentials><SessionToken>lent+/=</SessionToken><SecretAccessKey>hidden</SecretAccessKey><Expiration>${expiration}</Expiration>
    <AccessKeyId>${access}</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
})
const refusal = (status: number, code: string, message: string) => ({
  status,
  body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>
    <Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
})
const told = () => {
  const settings = z.object(storeVariables).parse({
    ...{ S3_ENDPOINT: 'http://s:9000', AWS_ENDPOINT_URL_STS: url },
    ...{ AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role },
  })
  return identityOf(settings)
}

describe('keys that are lent', () => {
  it('are not looked for in an answer without end', async () => {
    answer = { status: 200, body: 'x'.repeat(70_000) + keys('ASIA1', '2100-01-01T00:00:00Z').body }
    await expect(told().provider.getCredentials()).rejects.toThrow(
      'its answer has more than 65536 characters',
    )
  })

  it('are asked for with the token of the file, and taken by the store as they are told', async () => {
    answer = keys('ASIA1', '2100-01-01T00:00:00Z')
    const { provider, isMendable } = told()
    const lent = await provider.getCredentials()
    expect([isMendable, lent.getAccessKey(), lent.getSecretKey(), lent.getSessionToken()]).toEqual([
      ...[true, 'ASIA1', 'hidden', 'lent+/='],
    ])
    expect(Object.fromEntries(asked[0]!)).toEqual({
      ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15' },
      ...{ RoleArn: role, RoleSessionName: 'dsf', WebIdentityToken: 'a.b.c' },
    })
  })

  it('are asked for once by all who need them, and anew a minute before they expire, with the token of then', async () => {
    answer = keys('ASIA1', '2030-01-01T01:00:00Z')
    let now = Date.parse('2030-01-01T00:00:00Z')
    const token = { isFromFile: true, read: () => `token-${asked.length}` }
    const get = keysOf({ url, role, session: 'dsf', token }, () => now)
    await Promise.all([get(), get(), get()])
    now += 59 * 60_000 - 1
    await get()
    expect(asked).toHaveLength(1)
    now += 1
    answer = keys('ASIA2', '2030-01-01T02:00:00Z')
    expect((await get()).access).toBe('ASIA2')
    expect(asked.map((body) => body.get('WebIdentityToken'))).toEqual(['token-0', 'token-1'])
  })

  it.each([
    [
      refusal(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'),
      "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity (the role's trust policy must name",
    ],
    [
      refusal(400, 'InvalidIdentityToken', 'a.b.c isn&apos;t known'),
      "400 InvalidIdentityToken: … isn't known",
    ],
    [{ status: 502, body: '<html>bad gateway</html>' }, '502 without keys, and without a code'],
    [keys('ASIA1', 'soon'), '200 without keys'],
  ])('that are refused are waited for, with what was answered: %j', async (refused, sentence) => {
    answer = refused
    const { provider } = told()
    const asking = provider.getCredentials()
    await expect(asking).rejects.toThrow(TransientError)
    await expect(asking).rejects.toThrow(`${url} lends no keys for ${role}: ${sentence}`)
    answer = keys('ASIA1', '2100-01-01T00:00:00Z')
    expect((await provider.getCredentials()).getAccessKey()).toBe('ASIA1')
  })

  it('of a lender that is away are waited for', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise((resolve) => gone.close(resolve))
    const token = { isFromFile: true, read: () => 'a.b.c' }
    const get = keysOf({ url: `http://127.0.0.1:${port}`, role, session: 'dsf', token })
    await expect(get()).rejects.toThrow(/^http:\/\/127\.0\.0\.1:\d+ lends no keys for arn:.*: .*ECONNREFUSED/)
  })

  it('need a token: a file that is not there is named', async () => {
    rmSync(file)
    await expect(told().provider.getCredentials()).rejects.toThrow(
      `AWS_WEB_IDENTITY_TOKEN_FILE is "${file}", and there is no such file`,
    )
  })
})
