import type { ConnectionOptions } from 'node:tls'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { kafkaSecurity } from './kafka-security.ts'
import { kafkaVariables } from '../settings/kafka-variables.ts'
import { withoutEmpty } from '../settings/variable-types.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-kafka-'))
const password = join(folder, 'password')
const ca = join(folder, 'ca.pem')
afterAll(() => rmSync(folder, { recursive: true }))

const security = (env: NodeJS.ProcessEnv) =>
  kafkaSecurity(z.object(kafkaVariables).parse(withoutEmpty({ KAFKA_BROKERS: 'k:1', ...env })))

const scram = {
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: 'cleaner',
  KAFKA_SASL_PASSWORD_FILE: password,
  KAFKA_SSL_CA_FILE: ca,
}

describe('what Kafka is told of us', () => {
  it('is nothing by default', () => {
    expect(security({})).toEqual({})
  })

  it('is a password as its file is at each connection, and by which authority we know the broker', () => {
    writeFileSync(password, 'one')
    writeFileSync(ca, 'CA 1')
    const { sasl, ssl } = security(scram)
    expect({ ...sasl }).toMatchObject({ mechanism: 'scram-sha-512', username: 'cleaner', password: 'one' })
    const { secureContext: before } = { ...(ssl as ConnectionOptions) }
    expect({ ...(ssl as ConnectionOptions) }.secureContext).toBe(before)
    writeFileSync(password, 'two')
    writeFileSync(ca, 'CA 2')
    expect(sasl).toMatchObject({ password: 'two' })
    expect({ ...(ssl as ConnectionOptions) }.secureContext).not.toBe(before)
  })

  it.each([
    ['set KAFKA_SASL_MECHANISM', { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }],
    ['set KAFKA_SASL_USERNAME', { ...scram, KAFKA_SASL_USERNAME: '' }],
    ['set KAFKA_SASL_USERNAME', { ...scram, KAFKA_SASL_PASSWORD_FILE: '' }],
    ['KAFKA_SASL_PASSWORD_FILE are both set', { ...scram, KAFKA_SASL_PASSWORD: 'x' }],
    ['KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE go together', { ...scram, KAFKA_SSL_CERT_FILE: 'x' }],
    ['set KAFKA_OAUTH_TOKEN_URL', { ...scram, KAFKA_SASL_MECHANISM: 'OAUTHBEARER' }],
  ])('must fit together: %s', (sentence, env) => {
    expect(() => security(env)).toThrow(sentence)
  })
})
