/** What the patched client says when a broker refuses, and what that costs. */
import { describe, expect, it } from 'vitest'
import { inside } from '../../testing/inside-kafkajs.ts'

const { parse } = inside<{ parse: (answer: object) => Promise<{ responses: any[] }> }>(
  'protocol/requests/fetch/v11/response',
)

describe('an error of one partition in the answer to a fetch', () => {
  const answer = (errorCode: number) => ({
    responses: [
      { topicName: 'bad', partitions: [{ partition: 0, errorCode, messages: [] }] },
      { topicName: 'good', partitions: [{ partition: 0, errorCode: 0, messages: ['row'] }] },
    ],
  })

  it.each([
    [2, 'CORRUPT_MESSAGE'],
    [29, 'TOPIC_AUTHORIZATION_FAILED'],
    [-1, 'UNKNOWN'],
  ])('is told with its partition, and costs no other (code %i)', async (code, type) => {
    const { responses } = await parse(answer(code))
    expect(responses[0].partitions[0].error.type).toBe(type)
    expect(responses[1].partitions[0].messages).toEqual(['row'])
  })

  it('that the consumer group mends by looking for the leader fails the fetch as before', async () => {
    await expect(parse(answer(6))).rejects.toThrow(/not the leader/)
  })
})

describe('a refusal of the patched client', () => {
  const nameDenied = inside<(error: object, call: object) => void>('network/nameDenied')
  const sasl = { username: 'cleaner' }
  const told = (code: number, call: object) => {
    const error = { code, message: 'Not authorized' }
    nameDenied(error, { sasl, ...call })
    return error.message
  }

  it.each([
    [
      29,
      {
        apiName: 'AddPartitionsToTxn',
        answer: { errors: [{ topic: 'a.clean', partitionErrors: [{ partition: 0, errorCode: 29 }] }] },
      },
      'Kafka does not let cleaner Write the topic a.clean',
    ],
    [
      29,
      {
        apiName: 'Metadata',
        answer: {
          topicMetadata: [
            { topicErrorCode: 0, topic: 'b' },
            { topicErrorCode: 29, topic: 'c' },
          ],
        },
      },
      'Kafka does not let cleaner Describe the topic c',
    ],
    [
      30,
      { apiName: 'JoinGroup', asked: { groupId: 'dsf.cleaner' } },
      'Kafka does not let cleaner Read the group dsf.cleaner',
    ],
    [
      53,
      { apiName: 'InitProducerId', asked: { transactionalId: 'dsf.cleaner.a.0' }, sasl: null },
      'Kafka does not let this client Write the transactional id dsf.cleaner.a.0',
    ],
    [5, { apiName: 'Metadata' }, 'Not authorized'],
    [31, { apiName: 'InitProducerId' }, 'Kafka does not let cleaner IdempotentWrite the cluster'],
  ])('of code %d says what is refused to whom', (code, call, sentence) => {
    expect(told(code, call)).toBe(sentence)
  })

  it('that a fetch tells with a partition does so, too, and of that topic alone', async () => {
    const Encoder = inside<new () => object>('protocol/encoder')
    const Connection = inside<{ prototype: object }>('network/connection')
    const { parse } = inside<{ parse: (answer: object) => Promise<object> }>(
      'protocol/requests/fetch/v11/response',
    )
    const partitions = (errorCode: number) => [{ partition: 0, errorCode, messages: [] }]
    const responses = [
      { topicName: 'a.raw', partitions: partitions(0) },
      { topicName: 'b.raw', partitions: partitions(29) },
      { topicName: 'c.raw', partitions: partitions(29) },
    ]
    const answered = { correlationId: 1, size: 0, payload: Buffer.alloc(0) }
    const connection = Object.assign(Object.create(Connection.prototype) as object, {
      ...{ sasl, clientId: 'x', correlationId: 0, logDebug: () => undefined },
      ...{ isAuthenticated: () => true, failIfNotConnected: () => undefined },
      requestQueue: {
        maybeThrottle: () => undefined,
        push: ({ entry }: { entry: { resolve: (one: object) => void } }) =>
          entry.resolve({ ...answered, entry }),
      },
    }) as unknown as { send: (call: object) => Promise<{ responses: typeof responses }> }
    const request = {
      ...{ apiKey: 1, apiName: 'Fetch', apiVersion: 11 },
      encode: async () => new Encoder(),
    }
    const told = await connection.send({ request, response: { decode: async () => ({ responses }), parse } })
    const errors = told.responses.flatMap((one) =>
      (one.partitions as { error?: Error }[]).map(({ error }) => error?.message),
    )
    expect(errors).toEqual([
      undefined,
      'Kafka does not let cleaner Read the topic b.raw',
      'Kafka does not let cleaner Read the topic c.raw',
    ])
  })

  it('is what becomes of the search for a coordinator, though the pool of brokers asks the next one', async () => {
    const refusal = Object.assign(new Error('not authorized'), { code: 30 })
    const findBroker = async () => ({ findGroupCoordinator: () => Promise.reject(refusal) })
    const { withBroker } = inside<any>('cluster/brokerPool').prototype
    const cluster = {
      brokerPool: { brokers: { 1: {}, 2: {} }, findBroker, withBroker },
      ...{ retrier: inside<any>('retry')({ retries: 0 }), logger: { debug: () => undefined } },
    }
    const { findGroupCoordinatorMetadata } = inside<any>('cluster').prototype
    await expect(findGroupCoordinatorMetadata.call(cluster, { groupId: 'dsf.others' })).rejects.toBe(refusal)
  })

  it('is the error of a transaction of which the broker attempted nothing else', async () => {
    const { parse } = inside<any>('protocol/requests/addPartitionsToTxn/v1/response')
    const errors = (codes: number[]) =>
      codes.map((errorCode, i) => ({ topic: `t${i}`, partitionErrors: [{ partition: 0, errorCode }] }))
    await expect(parse({ errors: errors([0, 55, 29]) })).rejects.toMatchObject({ code: 29 })
    await expect(parse({ errors: errors([0, 55]) })).rejects.toMatchObject({ code: 55 })
    expect(await parse({ errors: errors([0, 0]) })).toEqual({ errors: errors([0, 0]) })
  })
})
