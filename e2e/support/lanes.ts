/** Parts of the stage library on real servers, in the test's own process: a dataset, its topics, lanes and transports. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { EachBatchPayload, KafkaMessage } from 'kafkajs'
import { loadDataset, namesOf, type Dataset, type TopicKind } from '../../libs/dataset/src/index.ts'
import type { Receipt, Stage } from '../../libs/stage/src/batches/define.ts'
import { Health } from '../../libs/stage/src/health/health.ts'
import { ensureTopics } from '../../libs/stage/src/datasets/ensure-topics.ts'
import { readConfig } from '../../libs/stage/src/settings/env.ts'
import { registryAccess } from '../../libs/stage/src/kafka/registry.ts'
import { createKafka, plainProducer } from '../../libs/stage/src/kafka/kafka.ts'
import { LaneTransport } from '../../libs/stage/src/lane-transport.ts'
import { createLog } from '../../libs/stage/src/health/log.ts'
import { StageMetrics } from '../../libs/stage/src/health/metrics.ts'
import { receiptHeaders } from '../../libs/stage/src/batches/receipts.ts'
import { Serde } from '../../libs/stage/src/kafka/serde.ts'
import type { StageKit } from '../../libs/stage/src/batches/stage-kit.ts'
import { writePackage } from './datasets.ts'
import { environment, runDir } from './stack.ts'

export const registryUrl = environment['SCHEMA_REGISTRY_URL']!
const log = createLog('test', 'silent')
const spans: StageKit['spans'] = { batch: (_run, _attributes, work) => work() }

/** A name that no earlier test had: topics and groups of one are never found by another. */
export const freshName = (): string => `it-${randomBytes(5).toString('hex')}`

/** Fields beside the key `id` and the version `v`, and what they are to the dataset. */
export function newDataset(
  lanes: number,
  fields: object[] = [],
  name = freshName(),
  roles: object = {},
  parent = newParent(),
): Dataset {
  const key = [
    { name: 'id', type: 'string' },
    { name: 'v', type: 'integer', constraints: { required: true } },
  ]
  const schema = { primaryKey: 'id', fields: [...key, ...fields] }
  const resources = [{ name, path: 'x.csv', schema }]
  return loadDataset(
    writePackage(parent, { name, resources, 'x-dsf': { lanes, version: 'v', ...roles } } as never),
  )
}

function newParent(): string {
  mkdirSync(join(runDir, 'its'), { recursive: true })
  return mkdtempSync(join(runDir, 'its', 'datasets-'))
}

/** `change` are variables. */
const configOf = (datasets: Dataset[], change: NodeJS.ProcessEnv = {}) =>
  readConfig(
    {},
    {
      ...environment,
      DATASETS_DIR: datasets.map(({ folder }) => join(folder, '..')).join(':'),
      ...{ HEALTH_PORT: '0', LOG_LEVEL: 'silent' },
      ...change,
    },
  )

const opened: (() => Promise<unknown>)[] = []

/** Closes everything that was opened here; call it after each test. */
export async function closeAll(): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close()
}

const openSerde = (dataset: Dataset) => new Serde(registryUrl, registryAccess(configOf([dataset])))

const { signal: unstopped } = new AbortController()

/** What lanes of a stage share, without a process around them. */
export async function openKit(stage: Stage, dataset: Dataset): Promise<StageKit> {
  const kafka = createKafka(stage.name, configOf([dataset]), log, () => undefined)
  const admin = kafka.admin()
  await admin.connect()
  opened.push(() => admin.disconnect())
  await ensureTopics(admin, dataset)
  const serde = openSerde(dataset)
  await serde.register(dataset, [...new Set([...stage.writes, ...stage.reads, 'quarantine' as const])])
  const metrics = new StageMetrics(stage.name)
  const nothing = () => undefined
  const idle = { seek: nothing, pause: nothing, resume: nothing, stopping: unstopped, heard: nothing }
  const names = namesOf()
  return { stage, names, groupId: names.group(stage.name), kafka, admin, serde, log, metrics, spans, ...idle }
}

/** A stage that reads, as in a process of its own. `fatal` is what would have ended it. */
export const runTransport = (stage: Stage, ...datasets: Dataset[]) => runTold({}, stage, ...datasets)

/** The same for a stage that is told other variables. */
export function runTold(change: NodeJS.ProcessEnv, stage: Stage, ...datasets: Dataset[]) {
  const health = new Health()
  let report: (error: Error) => void
  const fatal = new Promise<Error>((resolve) => (report = resolve))
  const onFatal = (error: Error) => report(error)
  const config = configOf(datasets, change)
  const transport = new LaneTransport({ stage, config, health, log, spans, onFatal, lookEveryMs: 300 })
  let closed: Promise<void> | undefined
  const close = () => {
    health.stop()
    return (closed ??= transport.close())
  }
  opened.push(close)
  transport.listen(() => undefined)
  health.start(200)
  return { health, fatal, close }
}

export interface Feeder {
  rows: (lane: number, records: { id: string; v: string; run: string }[]) => Promise<void>
  receipt: (lane: number, run: string, counters: Receipt['counters']) => Promise<void>
  /** bytes that nobody encoded; a receipt's header may go with them */
  bytes: (lane: number, value: Buffer | null, headers?: Record<string, string>) => Promise<void>
}

/** Writes to a dataset's raw topic what an ingestor would, and what it would not. */
export async function openFeeder(dataset: Dataset, kind: TopicKind = 'raw', prefix = ''): Promise<Feeder> {
  const kafka = createKafka('feeder', configOf([dataset]), log, () => undefined)
  const admin = kafka.admin()
  await admin.connect()
  await ensureTopics(admin, dataset, { prefix })
  await admin.disconnect()
  const serde = openSerde(dataset)
  await serde.register(dataset, [kind])
  const encoder = serde.encoder(dataset, kind)
  const receipts = serde.receiptEncoder()
  const producer = plainProducer(kafka)
  await producer.connect()
  opened.push(() => producer.disconnect())
  const topic = namesOf(prefix).topic(dataset.name, kind)
  const send = async (messages: Parameters<typeof producer.send>[0]['messages']) =>
    void (await producer.send({ topic, acks: -1, messages }))
  return {
    rows: (partition, records) =>
      send(
        records.map(({ id, v, run }, i) => ({
          key: id,
          partition,
          value: encoder.encode({ dsf_run: run, dsf_row: i + 1, id, v }),
        })),
      ),
    receipt: (partition, run, counters) => {
      const receipt = {
        run,
        dataset: dataset.name,
        lane: partition,
        lanes: dataset.lanes,
        route: '',
        counters,
        times: {},
      }
      return send([{ key: run, partition, headers: receiptHeaders, value: receipts.encode(receipt) }])
    },
    bytes: (partition, value, headers) =>
      send([{ key: 'bytes', partition, value, ...(headers ? { headers } : {}) }]),
  }
}

/** A fetch as kafkajs would hand it over. */
export function fetchOf(messages: KafkaMessage[], from = Number(messages[0]!.offset)): EachBatchPayload {
  const last = messages.at(-1)!.offset
  const batch = {
    messages,
    fetchedOffset: String(from),
    firstOffset: () => messages[0]!.offset,
    lastOffset: () => last,
    highWatermark: String(Number(last) + 1),
  }
  return {
    batch,
    heartbeat: async () => undefined,
    resolveOffset: () => undefined,
    isStale: () => false,
    isRunning: () => true,
  } as never
}
