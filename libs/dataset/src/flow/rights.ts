import { flow, readers, type StageName, type Way } from './flow.ts'
import { namesOf, type Names } from './names.ts'
import { objectRights, type ObjectRight } from './object-rights.ts'
import { pipelineIndex } from '../records/pipeline-index.ts'
import type { Program, Scope } from './programs.ts'
import { isChangelog, topicKinds, type TopicKind } from '../records/topics.ts'
import { trendsIndex } from '../records/trends-index.ts'

export type KafkaOperation = 'Read' | 'Write' | 'Describe' | 'DescribeConfigs' | 'Create' | 'Delete'

/** Read and Write bring Describe with them. */
export interface KafkaRight {
  resource: 'topic' | 'group' | 'transactional-id'
  name: string
  pattern: 'literal' | 'prefixed'
  operations: KafkaOperation[]
}

/** A role as Elasticsearch takes it. */
export interface IndexRole {
  cluster: string[]
  indices: { names: string[]; privileges: string[] }[]
}

export interface Rights {
  kafka: KafkaRight[]
  objects: ObjectRight[]
  /** undefined for a program that never asks Elasticsearch */
  role: IndexRole | undefined
}

/** Beside what flows: topics that a program looks into without a lane of them, and stages whose lag it tells. */
interface Beside {
  reads?: TopicKind[]
  lagsOf?: readonly string[]
}

const beside: Partial<Record<Program, Beside>> = {
  // runs of the API; what is refused, and replayed
  ingestor: { reads: ['requests', 'runs', 'objects', 'quarantine'] },
  indexer: { lagsOf: [...readers.keys()] },
}

const jobs: Partial<Record<Program, Pick<Way, 'reads' | 'writes'>>> = {
  // it looks for the last of its own micro-batches
  csv_profile: { reads: ['profile'], writes: ['profile'] },
  trends: { reads: ['enriched'], writes: ['objects'] },
}

/** All that a program needs, and nothing else: with these rights it works, and without one of them it says which is missing. */
export function rightsOf(program: Program, scope: Scope = {}): Rights {
  return {
    kafka: kafkaRights(program, scope),
    objects: objectRights(program, scope),
    role: roleOf(program, scope),
  }
}

/** The kinds of topics that a program touches, with what it does there. */
export function topicRights(program: Program, create = false): Map<TopicKind, KafkaOperation[]> {
  const way: Pick<Way, 'reads' | 'writes'> | undefined =
    program in flow ? flow[program as StageName] : jobs[program]
  if (!way) return new Map()
  const { reads = [], lagsOf = [] } = beside[program] ?? {}
  const read = new Set([...way.reads, ...reads, ...way.writes.filter(isChangelog)])
  const written = new Set<TopicKind>([...way.writes, ...(program in flow ? (['quarantine'] as const) : [])])
  const lagging = new Set(lagsOf.flatMap((stage) => readers.get(stage) ?? []))
  const operations = (kind: TopicKind): KafkaOperation[] => [
    ...(read.has(kind) ? (['Read'] as const) : []),
    ...(written.has(kind) ? (['Write'] as const) : []),
    ...(read.has(kind) || written.has(kind) || lagging.has(kind) || create ? (['Describe'] as const) : []),
    ...(create ? (['Create', 'DescribeConfigs'] as const) : []),
  ]
  return new Map(
    topicKinds.map((kind) => [kind, operations(kind)] as const).filter(([, does]) => does.length > 0),
  )
}

function kafkaRights(program: Program, { prefix = '', datasets, create }: Scope): KafkaRight[] {
  const names = namesOf(prefix)
  const isStage = program in flow
  const topics = topicRights(program, create && isStage)
  if (topics.size === 0) return []
  return [
    ...(datasets ? ofEach(names, datasets, topics) : ofAny(prefix, topics)),
    ...(isStage ? groupsOf(program, names) : []),
    ...ownGroups(program, names),
    { ...prefixed('transactional-id', names.transactions(program)), operations: ['Write', 'Describe'] },
  ]
}

/** Groups that nobody else joins: kafkajs and the clients of Spark read in them beside the lanes. */
function ownGroups(program: Program, names: Names): KafkaRight[] {
  if (program in jobs) return [{ ...prefixed('group', names.transactions(program)), operations: ['Read'] }]
  const readsState = flow[program as StageName].writes.some(isChangelog)
  if (!readsState && !beside[program]?.reads) return []
  return [{ ...prefixed('group', names.reader(program)), operations: ['Read', 'Delete'] }]
}

const prefixed = (resource: KafkaRight['resource'], name: string) =>
  ({ resource, name, pattern: 'prefixed' }) as const

function ofEach(names: Names, datasets: string[], topics: Map<TopicKind, KafkaOperation[]>): KafkaRight[] {
  return datasets.flatMap((dataset) =>
    [...topics].map(
      ([kind, operations]) =>
        ({
          ...{ resource: 'topic', name: names.topic(dataset, kind), pattern: 'literal', operations },
        }) satisfies KafkaRight,
    ),
  )
}

/** Kafka tells topics apart by their beginnings alone. An empty prefix is every topic, which it writes as `*`. */
function ofAny(prefix: string, topics: Map<TopicKind, KafkaOperation[]>): KafkaRight[] {
  const operations = [...new Set([...topics.values()].flat())]
  return prefix === ''
    ? [{ resource: 'topic', name: '*', pattern: 'literal', operations }]
    : [{ ...prefixed('topic', prefix), operations }]
}

function groupsOf(program: Program, names: Names): KafkaRight[] {
  const others = (beside[program]?.lagsOf ?? []).filter((stage) => stage !== program)
  return [
    { resource: 'group', name: names.group(program), pattern: 'literal', operations: ['Read'] },
    ...others.map(
      (stage) =>
        ({
          ...{ resource: 'group', name: names.group(stage), pattern: 'literal', operations: ['Describe'] },
        }) satisfies KafkaRight,
    ),
  ]
}

/** The indices behind an alias, and none of a dataset whose name goes on: Elasticsearch takes an expression of Lucene between slashes. */
const versionsOf = (alias: string): string => `/${alias.replaceAll('.', String.raw`\.`)}-v[0-9]+/`

function roleOf(program: Program, { indexPrefix = '', datasets }: Scope): IndexRole | undefined {
  const own = [pipelineIndex, trendsIndex].flatMap((name) => [
    `${indexPrefix}${name}`,
    `${indexPrefix}${name}-0*`,
  ])
  if (program === 'anomalies')
    return {
      cluster: [],
      indices: [{ names: own.slice(0, 2), privileges: ['read', 'maintenance'] }],
    }
  if (program !== 'indexer') return undefined
  const ofDatasets = (datasets ?? ['*']).flatMap((name) =>
    name === '*' ? [`${indexPrefix}*`] : [`${indexPrefix}${name}`, versionsOf(`${indexPrefix}${name}`)],
  )
  return {
    // health, and a template for each dataset
    cluster: ['monitor', 'manage_index_templates'],
    // read: reindex, which counts; manage: fields and settings of an index that is there, aliases, and what reindex makes and deletes
    indices: [{ names: [...ofDatasets, ...own], privileges: ['read', 'write', 'manage'] }],
  }
}
