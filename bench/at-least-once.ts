/**
 * `node --import` this before a stage and it writes at least once: the same records by an idempotent producer, then the
 * offsets by the consumer, and no transaction around them. For the measure of what transactions cost, and for nothing else.
 */
import kafkajs, { type Consumer, type Producer, type ProducerConfig, type Transaction } from 'kafkajs'

const { Kafka } = kafkajs
// eslint-disable-next-line @typescript-eslint/unbound-method -- both are called with `this` below
const { producer: openProducer, consumer: openConsumer } = Kafka.prototype
let consumer: Consumer | undefined

Kafka.prototype.consumer = function (options) {
  return (consumer = openConsumer.call(this, options))
}

Kafka.prototype.producer = function (options: ProducerConfig = {}) {
  if (!options.transactionalId) return openProducer.call(this, options)
  const { transactionalId: _, transactionTimeout: __, ...plain } = options
  const producer = openProducer.call(this, plain)
  return { ...producer, transaction: () => Promise.resolve(pretend(producer)) }
}

function pretend(producer: Producer): Transaction {
  let offsets: Parameters<Transaction['sendOffsets']>[0] | undefined
  return {
    sendBatch: (batch: Parameters<Producer['sendBatch']>[0]) => producer.sendBatch(batch),
    sendOffsets: (moved: typeof offsets) => Promise.resolve(void (offsets = moved)),
    commit: async () => {
      const moved = offsets!.topics.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, ...partition })),
      )
      await consumer!.commitOffsets(moved)
    },
    abort: () => Promise.resolve(),
  } as unknown as Transaction
}
