import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { apiVariables, commonVariables, flag, readConfig } from './env.ts'

const ownVariables = { S3_ENDPOINT: z.url(), S3_ACCESS_KEY: z.string(), S3_SECRET_KEY: z.string() }

const env = { KAFKA_BROKERS: 'one:9092', SCHEMA_REGISTRY_URL: 'http://registry:8081', HEALTH_PORT: '3000' }

const refusal = (own: z.ZodRawShape, wrong: NodeJS.ProcessEnv): string[] => {
  try {
    readConfig(own, { ...env, ...wrong })
  } catch (error) {
    return (error as Error).message.split('\n')
  }
  return ['no error']
}

describe('readConfig', () => {
  it('reads what is set and fills in what has a default', () => {
    expect(readConfig({}, { ...env, KAFKA_BROKERS: 'one:9092, two:9092', DATASETS_DIR: 'a:b' })).toEqual({
      KAFKA_BROKERS: ['one:9092', 'two:9092'],
      SCHEMA_REGISTRY_URL: 'http://registry:8081',
      DATASETS_DIR: ['a', 'b'],
      HEALTH_HOST: '127.0.0.1',
      HEALTH_PORT: 3000,
      LOG_LEVEL: 'info',
      SESSION_TIMEOUT_MS: 15_000,
      KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT',
      KAFKA_PREFIX: '',
      KAFKA_CREATE_TOPICS: true,
    })
  })

  it('takes an empty variable for one that is not set, whatever it is', () => {
    const own = { ...apiVariables, S3_SSE: z.enum(['AES256']).default('AES256'), SIMULATE: flag }
    const names = [...Object.keys(commonVariables), ...Object.keys(own)]
    const empty = Object.fromEntries(names.map((name) => [name, '']))
    const needed = { ...env, HTTP_PORT: '0' }
    expect(readConfig(own, { ...empty, ...needed })).toEqual(readConfig(own, needed))
    expect(refusal({}, { KAFKA_BROKERS: '' })[1]).toMatch(/^ {2}KAFKA_BROKERS is not set: /)
  })

  it('arms a crash point only by one of its names', () => {
    const { CRASH_AT } = readConfig({}, { ...env, CRASH_AT: 'after-put:3' })
    expect(CRASH_AT).toEqual({ point: 'after-put', passing: 3, signal: 'SIGKILL' })
    expect(refusal({}, { CRASH_AT: 'after-lunch' })[1]).toMatch(
      /^ {2}CRASH_AT is "after-lunch": expected one of after-take-over, before-send/,
    )
  })

  it("passes on a stage's own variables and nothing else of the environment", () => {
    const config = readConfig({ OWN: z.string() }, { ...env, OWN: 'mine', HOME: '/root' })
    expect([config.OWN, 'HOME' in config]).toEqual(['mine', false])
  })

  it('names every variable that is missing, its own ones too', () => {
    const lines = refusal(ownVariables, {
      KAFKA_BROKERS: undefined,
      SCHEMA_REGISTRY_URL: undefined,
      HEALTH_PORT: undefined,
    })
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'The configuration is not usable',
      '  KAFKA_BROKERS is not set',
      '  SCHEMA_REGISTRY_URL is not set',
      '  HEALTH_PORT is not set',
      '  S3_ENDPOINT is not set',
      '  S3_ACCESS_KEY is not set',
      '  S3_SECRET_KEY is not set',
    ])
  })

  it.each([
    ['SCHEMA_REGISTRY_URL', 'registry'],
    ['HEALTH_PORT', '70000'],
    ['HEALTH_PORT', '-1'],
    ['HEALTH_PORT', '80.5'],
    ['HEALTH_PORT', 'eighty'],
    ['LOG_LEVEL', 'loud'],
    ['SIMULATE', 'yes'],
  ])('quotes what it found in %s when that is "%s"', (variable, value) => {
    const [, line, ...more] = refusal({ SIMULATE: flag }, { [variable]: value })
    expect(line?.startsWith(`  ${variable} is "${value}": `)).toBe(true)
    expect(more).toEqual([])
  })

  it('never prints a secret', () => {
    const secret = { S3_SECRET_KEY: z.string().length(40), S3_ACCESS_KEY: z.enum(['known']) }
    const lines = refusal(secret, { S3_SECRET_KEY: 'hunter2', S3_ACCESS_KEY: 'hunter3' })
    expect(lines.slice(1).map((line) => line.split(': ')[0])).toEqual([
      '  S3_SECRET_KEY is "…"',
      '  S3_ACCESS_KEY is "…"',
    ])
    expect(lines.join()).not.toContain('hunter')
  })

  it.each([
    ['ftp//admin:hunter2@registry:8081/api', 'ftp//…@registry:8081/api'],
    ['http//ad@min:hunt/er2@registry', 'http//…@registry'],
    ['admin:hunter2@registry', '…@registry'],
    ['//registry?token=hunter2', '//registry?…'],
    ['one:hunter2@a, two:hunter2@b', '…@b'],
  ])('prints no password of %s', (ADDRESS, printed) => {
    const [, line] = refusal({ ADDRESS: z.enum(['known']) }, { ADDRESS })
    expect(line?.startsWith(`  ADDRESS is "${printed}": `)).toBe(true)
  })
})

describe('flag', () => {
  it.each<[string | undefined, boolean]>([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    [undefined, false],
  ])('reads %j as %s', (text, expected) => {
    expect(flag.parse(text)).toBe(expected)
  })
})
