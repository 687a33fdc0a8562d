import { AssignerProtocol, type PartitionAssigner } from 'kafkajs'

/**
 * Gives whole lanes to members: partition n of every topic of a dataset goes to the same member, because a lane has one
 * transactional producer. Lanes are dealt out in turn, so they spread evenly.
 */
export const laneAssigner: PartitionAssigner = ({ cluster }) => ({
  name: 'dsf-lanes',
  version: 1,

  async assign({ members, topics }) {
    const ids = members.map(({ memberId }) => memberId).sort()
    const lanes = new Map<string, { topic: string; partition: number }[]>()
    for (const topic of [...topics].sort())
      for (const { partitionId } of cluster.findTopicPartitionMetadata(topic)) {
        const lane = `${datasetOf(topic)}/${String(partitionId).padStart(4, '0')}`
        lanes.set(lane, [...(lanes.get(lane) ?? []), { topic, partition: partitionId }])
      }
    const assignments = new Map<string, Record<string, number[]>>(ids.map((id) => [id, {}]))
    ;[...lanes.keys()].sort().forEach((lane, turn) => {
      const mine = assignments.get(ids[turn % ids.length]!)!
      for (const { topic, partition } of lanes.get(lane)!) (mine[topic] ??= []).push(partition)
    })
    return ids.map((memberId) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: 1,
        assignment: assignments.get(memberId)!,
        userData: Buffer.alloc(0),
      }),
    }))
  },

  protocol({ topics }) {
    return {
      name: 'dsf-lanes',
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
    }
  },
})

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
