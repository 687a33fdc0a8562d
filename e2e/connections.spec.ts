/**
 * Which variables of servers fit together: stages and Python decide alike, by the same cases (libs/connect-py/tests). Those of the
 * index are in apps/indexer/src/elasticsearch-client.spec.ts.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readConfig } from '../libs/stage/src/settings/env.ts'
import { kafkaSecurity } from '../libs/stage/src/kafka/kafka-security.ts'
import { registryAccess } from '../libs/stage/src/kafka/registry.ts'
import { withoutEmpty } from '../libs/stage/src/settings/variable-types.ts'
import { storeVariables } from '../libs/store/src/env.ts'
import { openStore } from '../libs/store/src/object-store.ts'

interface Case {
  of: 'kafka' | 'registry' | 'store' | 'index'
  env: Record<string, string>
  /** what the sentence names */
  refused?: string
}

const file = join(import.meta.dirname, '../libs/dataset/vectors/connections.json')
const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[]
const ofLibs = cases.filter(({ of }) => of !== 'index')
const needed = { KAFKA_BROKERS: 'k:1', SCHEMA_REGISTRY_URL: 'http://r', HEALTH_PORT: '0' }

const read: Partial<Record<Case['of'], (env: Case['env']) => unknown>> = {
  kafka: (env) => kafkaSecurity(readConfig({}, { ...needed, ...env })),
  registry: (env) => registryAccess(readConfig({}, { ...needed, ...env })),
  store: (env) => openStore(z.object(storeVariables).parse(withoutEmpty(env))),
}

describe('variables of servers', () => {
  it.each(ofLibs)('of $of: $env', ({ of, env, refused }) => {
    const reading = () => read[of]!(env)
    if (refused === undefined) expect(reading).not.toThrow()
    else expect(reading).toThrow(refused)
  })
})
