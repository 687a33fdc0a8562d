import { AssignerProtocol, type Cluster, type GroupMember, type PartitionAssigner } from 'kafkajs'

/**
 * Gives whole lanes to members: partition n of every topic of a dataset goes to the same member, because a lane has one
 * transactional producer. Lanes are dealt out in turn, so they spread evenly. Members may have been started with different
 * datasets: a lane goes to one that asked for all its topics, and each says itself how many partitions they have, because
 * who deals out need not know them.
 */
export const laneAssigner: PartitionAssigner = ({ cluster }) => ({
  name: 'dsf-lanes',
  version: 1,

  async assign({ members, topics }) {
    const joined = members.map((member) => read(member, topics, cluster)).sort(byId)
    const assignments = new Map<string, Record<string, number[]>>(joined.map(({ id }) => [id, {}]))
    const shares = new Map(joined.map(({ id }) => [id, 0]))
    for (const lane of lanesOf(joined)) {
      const able = joined.filter(({ partitions }) => lane.every(({ topic }) => partitions.has(topic)))
      if (able.length === 0) continue
      const next = able.reduce((a, b) => (shares.get(b.id)! < shares.get(a.id)! ? b : a))
      shares.set(next.id, shares.get(next.id)! + 1)
      const mine = assignments.get(next.id)!
      for (const { topic, partition } of lane) (mine[topic] ??= []).push(partition)
    }
    return joined.map(({ id }) => ({
      memberId: id,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: 1,
        assignment: assignments.get(id)!,
        userData: Buffer.alloc(0),
      }),
    }))
  },

  protocol({ topics }) {
    const userData = Buffer.from(JSON.stringify(topics.map((topic) => [topic, countOf(cluster, topic)])))
    return {
      name: 'dsf-lanes',
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData }),
    }
  },
})

/** A member, and how many partitions each topic has that it asked for. */
interface Joined {
  id: string
  partitions: Map<string, number>
}

const byId = (a: Joined, b: Joined) => (a.id < b.id ? -1 : 1)
const countOf = (cluster: Cluster, topic: string): number => cluster.findTopicPartitionMetadata(topic).length

/** Members of an older version do not say how many partitions there are, and have the topics that all have. */
function read({ memberId: id, memberMetadata }: GroupMember, topics: string[], cluster: Cluster): Joined {
  const { userData } = AssignerProtocol.MemberMetadata.decode(memberMetadata) ?? {}
  const said = userData?.length ? (JSON.parse(userData.toString()) as [string, number][]) : undefined
  return { id, partitions: new Map(said ?? topics.map((topic) => [topic, countOf(cluster, topic)])) }
}

/** Every lane of every dataset, in order: its partition in each topic. */
function lanesOf(members: Joined[]): { topic: string; partition: number }[][] {
  const counts = new Map<string, number>()
  for (const { partitions } of members)
    for (const [topic, count] of partitions) counts.set(topic, Math.max(count, counts.get(topic) ?? 0))
  const lanes = new Map<string, { topic: string; partition: number }[]>()
  for (const [topic, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    for (let partition = 0; partition < count; partition++) {
      const lane = `${datasetOf(topic)}/${String(partition).padStart(4, '0')}`
      lanes.set(lane, [...(lanes.get(lane) ?? []), { topic, partition }])
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
