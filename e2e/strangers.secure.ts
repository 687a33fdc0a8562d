/** With the keys of a program nothing works but what its rights name. Needs SECURE=1; the topics are those of e2e/rights.secure.ts. */
import { Kafka, logLevel } from 'kafkajs'
import { Client } from 'minio'
import { beforeAll, describe, expect, it } from 'vitest'
import { kafkaOptions, openIndex, storeOptions } from '../infra/local/clients.ts'
import { bucket, stageEnvironment } from '../infra/local/environment.ts'
import {
  bucketPolicy,
  programs,
  rightsOf,
  topicKinds,
  topicName,
  type Program,
} from '../libs/dataset/src/index.ts'
import { objectRights } from '../libs/dataset/src/flow/object-rights.ts'
import { settings } from './support/stack.ts'
import { withAdmin } from './support/topics.ts'

const dataset = 'quakes-rights'
const scope = { datasets: [dataset] }

const refused = /^Kafka does not let /

/** Undefined when it worked. */
const refusal = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error as Error).message || String(error),
  )

const kafkaOf = (program: Program) =>
  new Kafka({
    ...{ clientId: 'dsf.stranger', logLevel: logLevel.NOTHING, retry: { retries: 5, initialRetryTime: 50 } },
    ...kafkaOptions(stageEnvironment(settings, program)),
  })

/** What the table lets it do with a resource of Kafka, by whichever pattern. */
function allowed(program: Program, resource: string, name: string): Set<string> {
  const matching = rightsOf(program, { ...scope, create: true }).kafka.filter(
    (right) =>
      right.resource === resource &&
      (right.pattern === 'literal' ? right.name === name : name.startsWith(right.name)),
  )
  return new Set(matching.flatMap(({ operations }) => operations))
}

if (!settings.secure) throw new Error('it needs servers that ask who comes: make test-secure')

beforeAll(() =>
  withAdmin((admin) =>
    admin.createTopics({
      topics: [{ topic: 'of-others' }, ...topicKinds.map((kind) => ({ topic: topicName(dataset, kind) }))],
    }),
  ),
)

describe.each(programs)('the keys of %s', (program) => {
  it('write to no topic but its own', async () => {
    const strange = [...topicKinds.map((kind) => topicName(dataset, kind)), 'of-others'].filter(
      (topic) => !allowed(program, 'topic', topic).has('Write'),
    )
    const producer = kafkaOf(program).producer()
    await producer.connect()
    for (const topic of strange)
      expect
        .soft(await refusal(producer.send({ topic, messages: [{ value: 'strange' }] })), topic)
        .toMatch(refused)
    await producer.disconnect()
    expect(strange).toContain('of-others')
  })

  it('see no topic and no group of others', async () => {
    const admin = kafkaOf(program).admin()
    await admin.connect()
    const topics = [...topicKinds.map((kind) => topicName(dataset, kind)), 'of-others']
    for (const topic of topics.filter((topic) => allowed(program, 'topic', topic).size === 0))
      expect.soft(await refusal(admin.fetchTopicOffsets(topic)), topic).toMatch(refused)
    const groups = [...programs, 'others'].map((name) => `dsf.${name}`)
    for (const groupId of groups.filter((group) => allowed(program, 'group', group).size === 0))
      expect.soft(await refusal(admin.fetchOffsets({ groupId })), groupId).toMatch(refused)
    await admin.disconnect()
  })

  it('begin no transaction of others', async () => {
    for (const other of programs.filter((name) => name !== program)) {
      const producer = kafkaOf(program).producer({
        transactionalId: `dsf.${other}.${dataset}.0`,
        maxInFlightRequests: 1,
        idempotent: true,
      })
      // who may write to no topic at all is refused when it connects
      const begun = producer.connect().then(() => producer.transaction())
      expect.soft(await refusal(begun), other).toMatch(refused)
      await producer.disconnect()
    }
  })

  it('reach no object but its own', async () => {
    const store = new Client(storeOptions(stageEnvironment(settings, program)))
    const rights = objectRights(program, scope)
    for (const root of ['landing', 'processed', 'lake', 'quarantine', 'audit', 'checkpoints']) {
      const key = `${root}/dataset=${dataset}/strange`
      const does = rights.filter(({ prefix }) => key.startsWith(prefix)).flatMap((right) => right.does)
      if (!does.includes('put'))
        expect.soft(await refusal(store.putObject(bucket, key, 'x')), `put ${key}`).toBeDefined()
      if (!does.includes('delete'))
        expect.soft(await refusal(store.removeObject(bucket, key)), `delete ${key}`).toBeDefined()
      if (!does.includes('get'))
        expect.soft(await refusal(store.getObject(bucket, key)), `get ${key}`).toMatch(/Access/)
    }
    expect(await refusal(store.putObject(bucket, 'strange', 'x'))).toMatch(
      bucketPolicy(program, scope) ? /Access Denied/ : /Access Key Id/,
    )
  })

  it('ask no index but its own', async () => {
    const index = openIndex(stageEnvironment(settings, program))
    const { role } = rightsOf(program, scope)
    const status = role ? 403 : 401
    expect((await index('of-others/_search')).status).toBe(status)
    expect((await index('of-others', { method: 'PUT' })).status).toBe(status)
    expect((await index('_security/user', { method: 'GET' })).status).toBe(status)
  })
})
