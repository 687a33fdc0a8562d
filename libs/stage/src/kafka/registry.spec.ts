import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDataset } from '@dsf/dataset'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCertificates, served } from '../../testing/certificates.ts'
import { readConfig } from '../settings/env.ts'
import { DatasetError, FatalError, TransientError } from '../health/failure.ts'
import { registryAccess, registryError } from './registry.ts'
import { Serde } from './serde.ts'

const dataset = loadDataset(join(import.meta.dirname, '../../../../datasets/seattle-weather'))
const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
const certificates = makeCertificates(folder)
const passwordFile = join(folder, 'password')
const right = `Basic ${Buffer.from('cleaner:right').toString('base64')}`
const paths: string[] = []

/** As much of a registry as a registration asks for; it knows nobody but cleaner. */
const server = createServer(served(certificates), (request, response) => {
  const isKnown = [right, 'Bearer token'].includes(request.headers.authorization ?? '')
  const mayWrite = !request.url!.includes('denied')
  paths.push(`${request.method} ${decodeURIComponent(request.url!)}`)
  const body = !isKnown
    ? { error_code: 401, message: 'who are you?' }
    : request.url!.startsWith('/config')
      ? { compatibility: 'BACKWARD', compatibilityLevel: 'BACKWARD' }
      : { id: 7 }
  response
    .writeHead(!isKnown ? 401 : mayWrite ? 200 : 403, { 'content-type': 'application/json' })
    .end(JSON.stringify(body))
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

function serde(env: NodeJS.ProcessEnv): Serde {
  const all = { KAFKA_BROKERS: 'k:1', HEALTH_PORT: '0', SCHEMA_REGISTRY_URL: url, ...env }
  const config = readConfig({}, { SCHEMA_REGISTRY_CA_FILE: certificates.ca, ...all })
  return new Serde(config.SCHEMA_REGISTRY_URL, registryAccess(config))
}
const user = { SCHEMA_REGISTRY_USERNAME: 'cleaner', SCHEMA_REGISTRY_PASSWORD_FILE: passwordFile }
const refusal = (one: Serde) =>
  one.register(dataset, ['clean']).then(String, (error: unknown) => error as Error)

describe('a registry behind TLS that asks who we are', () => {
  it('is told by name and password, and its subjects have the prefix of the topics', async () => {
    paths.length = 0
    writeFileSync(passwordFile, 'right\n')
    await serde({ ...user, KAFKA_PREFIX: 'team.' }).register(dataset, ['clean'])
    expect(paths).toContain('POST /subjects/team.seattle-weather.clean-value/versions')
    expect(paths).toContain('POST /subjects/team.dsf.Receipt/versions')
  })

  it('takes a token, and a prefix of its own', async () => {
    paths.length = 0
    const own = { SCHEMA_REGISTRY_PREFIX: 'x-', KAFKA_PREFIX: 'team.' }
    await serde({ SCHEMA_REGISTRY_TOKEN: 'token', ...own }).register(dataset, ['clean'])
    expect(paths).toContain('POST /subjects/x-seattle-weather.clean-value/versions')
  })

  it('that refuses the password of a file is waited for, and lets us in once the file is right', async () => {
    writeFileSync(passwordFile, 'wrong')
    const one = serde(user)
    const refused = await refusal(one)
    expect(refused).toBeInstanceOf(TransientError)
    expect((refused as Error).message).toContain('who are you?')
    expect((refused as Error).message).not.toContain('wrong')
    writeFileSync(passwordFile, 'right')
    await one.register(dataset, ['clean'])
  })

  it('that refuses the password of a variable ends the process, as before', async () => {
    const own = { SCHEMA_REGISTRY_USERNAME: 'cleaner', SCHEMA_REGISTRY_PASSWORD: 'wrong' }
    expect(await refusal(serde(own))).toBeInstanceOf(FatalError)
  })

  it('that lets us in, but not to a subject, concerns the dataset of that subject', async () => {
    const own = { SCHEMA_REGISTRY_TOKEN: 'token', SCHEMA_REGISTRY_PREFIX: 'denied-' }
    expect(await refusal(serde(own))).toBeInstanceOf(DatasetError)
  })

  it('that another authority signed is waited for, with the reason', async () => {
    const refused = await refusal(
      serde({ SCHEMA_REGISTRY_TOKEN: 'token', SCHEMA_REGISTRY_CA_FILE: certificates.stranger }),
    )
    expect(refused).toBeInstanceOf(TransientError)
    expect((refused as Error).message).toMatch(/certificate/i)
  })

  it('is not asked while its file of authorities is not there', async () => {
    const refused = await refusal(serde({ SCHEMA_REGISTRY_TOKEN: 'token', SCHEMA_REGISTRY_CA_FILE: '/none' }))
    expect((refused as Error).message).toContain(
      'SCHEMA_REGISTRY_CA_FILE is "/none", and there is no such file',
    )
  })
})

it('a registry behind something that answers with a page for people: the sentence goes without it', () => {
  const page = '<!DOCTYPE html>\n<html><h1>401 Authorization Required</h1></html>'
  const error = Object.assign(new Error(`Error, status 401: ${page}`), { status: 401 })
  expect(registryError('http://r', 'schema of a', error, true).message).toBe(
    'schema registry at http://r, schema of a: Error, status 401: a page of HTML',
  )
})
