import { AssignerProtocol, type Cluster, type GroupMember, type PartitionAssigner } from 'kafkajs'

/**
 * Gives whole lanes to members: partition n of every topic of a dataset goes to the same member, because a lane has one
 * transactional producer. Lanes are dealt out in turn, so they spread evenly. Members may have been started with different
 * datasets: a lane goes to one that asked for all its topics, and each says itself how many partitions they have, because
 * who deals out need not know them.
 *
 * @param sharedBy what the dataset of a topic uses that one member alone may use at a time: lanes that share it go to one, too, if that
 *   asked for all of them
 */
export const laneAssigner =
  (sharedBy: (topic: string) => string | undefined = () => undefined): PartitionAssigner =>
  ({ cluster }) => ({
    name: 'dsf-lanes',
    version: 1,

    async assign({ members, topics }) {
      const joined = members.map((member) => read(member, topics, cluster)).sort(byId)
      const dealt = dealOut(lanesOf(joined), joined)
      return joined.map((member) => ({
        memberId: member.id,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment: assignmentOf(dealt.get(member)!),
          userData: Buffer.alloc(0),
        }),
      }))
    },

    protocol({ topics }) {
      const userData = Buffer.from(JSON.stringify(saidOf(topics, cluster, sharedBy)))
      return {
        name: 'dsf-lanes',
        metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData }),
      }
    },
  })

/** Each lane goes to who has what it shares, or to who has fewest of those that can; what is shared by most goes first, so that the others even it out. */
function dealOut(lanes: Lane[], members: Joined[]): Map<Joined, Lane[]> {
  const dealt = new Map<Joined, Lane[]>(members.map((member) => [member, []]))
  const having = new Map<string, Joined>()
  for (const lane of byShare(lanes)) {
    const able = members.filter(({ topics }) => lane.parts.every(({ topic }) => topics.has(topic)))
    if (able.length === 0) continue
    const fewest = able.reduce((a, b) => (dealt.get(b)!.length < dealt.get(a)!.length ? b : a))
    const shared = lane.shares === undefined ? undefined : having.get(lane.shares)
    const next = shared && able.includes(shared) ? shared : fewest
    if (lane.shares !== undefined) having.set(lane.shares, next)
    dealt.get(next)!.push(lane)
  }
  return dealt
}

function byShare(lanes: Lane[]): Lane[] {
  const sizes = new Map<string | undefined, number>()
  for (const { shares } of lanes) sizes.set(shares, (sizes.get(shares) ?? 0) + 1)
  const size = ({ shares }: Lane) => (shares === undefined ? 0 : sizes.get(shares)!)
  return lanes.toSorted((a, b) => size(b) - size(a))
}

function assignmentOf(lanes: Lane[]): Record<string, number[]> {
  const assignment: Record<string, number[]> = {}
  for (const { topic, partition } of lanes.flatMap(({ parts }) => parts))
    (assignment[topic] ??= []).push(partition)
  return assignment
}

/** A topic, how many partitions it has, and what its dataset shares. */
type Said = [topic: string, partitions: number, shares?: string]

interface Topic {
  partitions: number
  /** what its dataset shares */
  shares?: string
}

/** A member, and the topics that it asked for. */
interface Joined {
  id: string
  topics: Map<string, Topic>
}

/** A partition of each topic of a dataset. */
interface Lane {
  parts: { topic: string; partition: number }[]
  shares?: string
}

const byId = (a: Joined, b: Joined) => (a.id < b.id ? -1 : 1)
const countOf = (cluster: Cluster, topic: string): number => cluster.findTopicPartitionMetadata(topic).length

/** What a dataset shares is said with its first topic: a group's members together may say 1 MB (`message.max.bytes`). */
function saidOf(topics: string[], cluster: Cluster, sharedBy: (topic: string) => string | undefined): Said[] {
  const datasets = new Set<string>()
  return topics.map((topic) => {
    const dataset = datasetOf(topic)
    const shares = datasets.has(dataset) ? undefined : sharedBy(topic)
    datasets.add(dataset)
    return shares === undefined ? [topic, countOf(cluster, topic)] : [topic, countOf(cluster, topic), shares]
  })
}

/** Members of an older version do not say how many partitions there are, and have the topics that all have. */
function read({ memberId: id, memberMetadata }: GroupMember, topics: string[], cluster: Cluster): Joined {
  const { userData } = AssignerProtocol.MemberMetadata.decode(memberMetadata) ?? {}
  const said = userData?.length
    ? (JSON.parse(userData.toString()) as Said[])
    : topics.map((topic): Said => [topic, countOf(cluster, topic)])
  return {
    id,
    topics: new Map(said.map(([topic, partitions, shares]) => [topic, { partitions, shares }])),
  }
}

/** What is known of each topic from all of them together, in order. */
function topicsOf(members: Joined[]): [string, Topic][] {
  const topics = new Map<string, Topic>()
  for (const [topic, { partitions, shares }] of members.flatMap((member) => [...member.topics])) {
    const known = topics.get(topic) ?? { partitions: 0 }
    topics.set(topic, {
      partitions: Math.max(partitions, known.partitions),
      shares: known.shares ?? shares,
    })
  }
  return [...topics].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Every lane of every dataset, in order. */
function lanesOf(members: Joined[]): Lane[] {
  const lanes = new Map<string, Lane>()
  for (const [topic, { partitions, shares }] of topicsOf(members))
    for (let partition = 0; partition < partitions; partition++) {
      const name = `${datasetOf(topic)}/${String(partition).padStart(4, '0')}`
      const known = lanes.get(name)
      const parts = [...(known?.parts ?? []), { topic, partition }]
      lanes.set(name, { parts, shares: known?.shares ?? shares })
    }
  return [...lanes.keys()].sort().map((lane) => lanes.get(lane)!)
}

/** Assigns one partition to the only member: how a changelog of one lane is read without the others. */
export const onePartition =
  (topic: string, partition: number): PartitionAssigner =>
  () => ({
    name: 'dsf-one',
    version: 1,
    async assign({ members }) {
      return members.map(({ memberId }) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment: { [topic]: [partition] },
          userData: Buffer.alloc(0),
        }),
      }))
    },
    protocol({ topics }) {
      return {
        name: 'dsf-one',
        metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
      }
    },
  })

export const datasetOf = (topic: string): string => topic.slice(0, topic.lastIndexOf('.'))
