import type { Dataset, TopicKind } from '@dsf/dataset'
import type { Admin } from 'kafkajs'
import { perDataset, type Place, type TopicReader } from './define.ts'
import { fetchRecords } from './fetch-records.ts'
import { readTopic } from './read-topic.ts'
import type { Decoder } from '../kafka/avro-records.ts'
import type { StageKit } from './stage-kit.ts'

/** What a stage may read outside its lanes: whole topics, up to an end. What schemas need is compiled once. */
export function topicReader(kit: StageKit): TopicReader {
  const { names, serde, log } = kit
  const decodersOf = perDataset(() => new Map<TopicKind, Decoder>())
  const decoderOf = (dataset: Dataset, kind: TopicKind): Decoder => {
    const known = decodersOf(dataset)
    return known.get(kind) ?? known.set(kind, serde.decoder(dataset, kind)).get(kind)!
  }
  const ranges: TopicReader['ranges'] = (dataset, kind) =>
    rangesOf(kit.admin, names.topic(dataset.name, kind))
  return {
    ends: async (dataset, kind) => (await ranges(dataset, kind)).map(({ end }) => end),
    read: async (dataset, kind, ends, seen) => {
      const topic = names.topic(dataset.name, kind)
      const foreign = (place: Place, reason: string) =>
        log.error({ topic, ...place, reason }, 'a record is not ours and is left out')
      await readTopic(kit, { topic, ends, decoder: decoderOf(dataset, kind), seen, foreign })
    },
    ranges,
    fetch: (dataset, kind, place, bytes) =>
      fetchRecords(kit.admin, decoderOf(dataset, kind), names.topic(dataset.name, kind), place, bytes),
    decode: async (dataset, kind, values) => {
      const decoder = decoderOf(dataset, kind)
      await decoder.prepare(values)
      return values.map((value) => decodeOne(decoder, value))
    },
  }
}

function decodeOne(decoder: Decoder, value: Buffer): Record<string, unknown> | Error {
  try {
    return decoder.decodeAsWritten(value)
  } catch (error) {
    return error as Error
  }
}

async function rangesOf(admin: Admin, topic: string): Promise<{ first: number; end: number }[]> {
  const ranges: { first: number; end: number }[] = []
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
    ranges[partition] = { first: Number(low), end: Number(high) }
  return ranges
}
