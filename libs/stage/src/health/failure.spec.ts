import { KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  backoff,
  classify,
  DatasetError,
  FatalError,
  parkedFor,
  TransientError,
  untilItWorks,
  type FailureKind,
} from './failure.ts'

const broker = (type: string) =>
  new KafkaJSProtocolError(Object.assign(new Error('as the broker says'), { type, code: 0 }))
const withCode = (code: string) => Object.assign(new Error('as Node says'), { code })

describe('classify', () => {
  const failures: [what: string, error: unknown, kind: FailureKind][] = [
    ['a server that a stage says is away', new TransientError('registry away'), 'transient'],
    ['what only a person can mend', new FatalError('schema refused'), 'fatal'],
    ['a refused connection', withCode('ECONNREFUSED'), 'transient'],
    ['a host name that cannot be looked up', withCode('EAI_AGAIN'), 'transient'],
    ['a body that stopped', withCode('UND_ERR_BODY_TIMEOUT'), 'transient'],
    ['a missing file', withCode('ENOENT'), 'fatal'],
    ['a zombie whose epoch was taken', broker('INVALID_PRODUCER_EPOCH'), 'fenced'],
    ['a fenced producer', broker('PRODUCER_FENCED'), 'fenced'],
    ['a producer id that expired', broker('INVALID_PRODUCER_ID_MAPPING'), 'fenced'],
    ['a leader election', broker('LEADER_NOT_AVAILABLE'), 'transient'],
    ['a rebalance', broker('REBALANCE_IN_PROGRESS'), 'transient'],
    ['what only a person can mend in a dataset', new DatasetError('topic has 3 lanes'), 'dataset'],
    ['a record larger than the topic takes', broker('MESSAGE_TOO_LARGE'), 'dataset'],
    ['a record that the broker does not take', broker('INVALID_RECORD'), 'dataset'],
    ['a record whose checksum is wrong', broker('CORRUPT_MESSAGE'), 'dataset'],
    ['a topic that we may not read', broker('TOPIC_AUTHORIZATION_FAILED'), 'dataset'],
    ['a cluster that we may not use', broker('CLUSTER_AUTHORIZATION_FAILED'), 'fatal'],
    ['a password that is wrong', broker('SASL_AUTHENTICATION_FAILED'), 'fatal'],
    ['a broker that is too old', broker('UNSUPPORTED_VERSION'), 'fatal'],
    ['memory that is used up', withCode('ERR_MEMORY_ALLOCATION_FAILED'), 'fatal'],
    ['a bug', new TypeError('x is undefined'), 'fatal'],
    ['a thrown text', 'no error at all', 'fatal'],
    ['nothing', undefined, 'fatal'],
  ]
  it.each(failures)('calls %s by its kind', (_, error, kind) => {
    expect(classify(error)).toBe(kind)
  })

  it('follows the causes to the one that it knows', () => {
    const wrapped = (cause: Error) => new Error('outer', { cause: new Error('middle', { cause }) })
    expect(classify(wrapped(withCode('ECONNRESET')))).toBe('transient')
    expect(classify(wrapped(new FatalError('no bucket')))).toBe('fatal')
    expect(classify(wrapped(broker('PRODUCER_FENCED')))).toBe('fenced')
    expect(classify(wrapped(new Error('unknown')))).toBe('fatal')
  })

  it('takes what nobody knows for trouble of the dataset, where a dataset is in work', () => {
    expect(classify(new TypeError('x is undefined'), 'dataset')).toBe('dataset')
    expect(classify('no error at all', 'dataset')).toBe('dataset')
    expect(classify(new FatalError('no bucket'), 'dataset')).toBe('fatal')
    expect(classify(withCode('ECONNRESET'), 'dataset')).toBe('transient')
  })

  it('believes the outermost error that says what it is', () => {
    expect(classify(new FatalError('give up', { cause: withCode('ECONNREFUSED') }))).toBe('fatal')
    expect(classify(new TransientError('wait', { cause: new FatalError('inner') }))).toBe('transient')
  })

  it('takes what kafkajs gave up on for its fatal cause, and else for a broker that will be back', () => {
    const gaveUp = (type: string) =>
      new KafkaJSNumberOfRetriesExceeded(broker(type), { retryCount: 5, retryTime: 1000 })
    expect(classify(gaveUp('UNSUPPORTED_VERSION'))).toBe('fatal')
    expect(classify(gaveUp('CORRUPT_MESSAGE'))).toBe('dataset')
    expect(classify(gaveUp('NOT_LEADER_FOR_PARTITION'))).toBe('transient')
    expect(classify(new KafkaJSNonRetriableError('closed connection'))).toBe('transient')
  })

  it('never decides by the text of a message', () => {
    expect(classify(new Error('ECONNREFUSED PRODUCER_FENCED'))).toBe('fatal')
  })
})

describe('parkedFor', () => {
  it('doubles from a second to five minutes', () => {
    expect([0, 1, 2, 8, 9, 1000].map(parkedFor)).toEqual([1000, 2000, 4000, 256_000, 300_000, 300_000])
  })
})

describe('backoff', () => {
  it('doubles from 200 ms to 10 s', () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 7, 100].map((attempt) => backoff(attempt, () => 1))
    expect(longest).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000])
  })

  it('spreads lanes over the second half of the wait', () => {
    expect([backoff(3, () => 0), backoff(3, () => 0.5)]).toEqual([800, 1200])
  })
})

describe('untilItWorks', () => {
  afterEach(() => void vi.useRealTimers())

  it('tries again while a server is away, telling each failure', async () => {
    vi.useFakeTimers()
    const waits = ['first', 'second']
    const heard: string[] = []
    const work = async () => {
      const message = waits.shift()
      if (message) throw new TransientError(message)
      return 'done'
    }
    const done = untilItWorks(work, ({ message }) => heard.push(message))
    await vi.runAllTimersAsync()
    expect([await done, heard]).toEqual(['done', ['first', 'second']])
  })

  it('gives up at once on what no retry mends, and tells nobody to wait', async () => {
    const waiting = vi.fn()
    const error = new FatalError('wrong password')
    await expect(untilItWorks(() => Promise.reject(error), waiting)).rejects.toBe(error)
    expect(waiting).not.toHaveBeenCalled()
  })

  it('gives up on a server that is away once it is to stop', async () => {
    const error = new TransientError('away')
    await expect(
      untilItWorks(
        () => Promise.reject(error),
        () => undefined,
        () => true,
      ),
    ).rejects.toBe(error)
  })
})
