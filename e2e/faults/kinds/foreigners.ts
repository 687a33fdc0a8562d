/** Records that no stage wrote: garbage, and transactions of another producer that are never committed. */
import type { Producer } from 'kafkajs'
import { readers, topicKinds, topicName, type TopicKind } from '../../../libs/dataset/src/index.ts'
import { firstRowOf, openKafka } from '../../support/topics.ts'
import { integer, moment } from '../plan.ts'
import { sleep } from '../stages.ts'
import { dataset } from '../world.ts'
import type { Fault } from './fault.ts'

async function withProducer<T>(work: (producer: Producer) => Promise<T>, id?: string): Promise<T> {
  const producer = openKafka().producer({
    ...(id ? { transactionalId: id, maxInFlightRequests: 1, idempotent: true } : {}),
    createPartitioner: () => (args) => args.message.partition!,
  })
  await producer.connect()
  try {
    return await work(producer)
  } finally {
    await producer.disconnect()
  }
}

/**
 * How many stages read a topic; each of them quarantines what it cannot decode. In a round nobody closes a chunk of profiles, and
 * what lies in an open one waits.
 */
const readersOf = (kind: TopicKind): number =>
  kind === 'profile' ? 0 : [...readers.values()].filter((kinds) => kinds.includes(kind)).length

const poison: Fault[] = topicKinds.map((kind) => ({
  id: 'F18',
  title: `a record that is no Avro in ${kind}`,
  inject: async ({ stages }, its) => {
    await its.begin()
    await sleep(moment(its.random))
    const value = Buffer.from(`poison of round ${its.number}`)
    await withProducer((producer) =>
      producer.send({
        topic: topicName(dataset, kind),
        messages: [{ key: 'poison', value, partition: 0 }],
      }),
    )
    // a changelog is read when a lane changes its owner
    if (kind === 'seen' || kind === 'runs') {
      const instance = stages.instanceOf(kind === 'seen' ? 'cleaner' : 'ingestor')
      await stages.stop(instance)
      await stages.start(instance)
    }
    return { expect: { poison: readersOf(kind) } }
  },
}))

/** Real rows, so that one that came through would count. They lie between those of the stage, and are never committed. */
const interleaved: Fault[] = (['raw', 'clean', 'enriched'] as const).map((kind) => ({
  id: 'F21',
  title: `aborted transactions of another producer between ours in ${kind}`,
  inject: async (_, its) => {
    const topic = topicName(dataset, kind)
    const value = await firstRowOf(topic)
    await its.begin()
    await withProducer(async (producer) => {
      for (let time = 0; time < 4; time++) {
        const transaction = await producer.transaction()
        for (let part = 0; part < 3; part++) {
          const messages = [0, 1].flatMap((partition) =>
            Array.from({ length: integer(its.random, 1, 5) }, (_, i) => ({
              key: `aborted-${its.number}-${time}-${part}-${i}`,
              value,
              partition,
            })),
          )
          await transaction.send({ topic, messages })
          await sleep(moment(its.random) / 6)
        }
        await transaction.abort()
      }
    }, `foreigner-${its.number}`)
  },
}))

export const foreigners: Fault[] = [...poison, ...interleaved]
