import fc from 'fast-check'
import { AssignerProtocol, type Cluster } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { datasetOf, laneAssigner, onePartition } from './lane-assigner.ts'

type Assignment = Record<string, Record<string, number[]>>

async function assign(
  topics: Record<string, number>,
  members: string[],
  subscribed = (_member: string) => Object.keys(topics),
  sharedBy?: (topic: string) => string | undefined,
): Promise<Assignment> {
  const { assign, protocol } = laneAssigner(sharedBy)({ cluster: clusterOf(topics) } as never)
  const metadataOf = (wanted: string[]) => protocol({ topics: wanted }).metadata
  const answer = await assign({
    members: members.map((member) => ({ memberId: member, memberMetadata: metadataOf(subscribed(member)) })),
    // who deals out is the first one, and knows its own topics only
    topics: subscribed(members[0]!),
  })
  return Object.fromEntries(
    answer.map(({ memberId, memberAssignment }) => [
      memberId,
      AssignerProtocol.MemberAssignment.decode(memberAssignment)!.assignment,
    ]),
  )
}

function clusterOf(topics: Record<string, number>): Cluster {
  const findTopicPartitionMetadata = (topic: string) =>
    Array.from({ length: topics[topic]! }, (_, partitionId) => ({ partitionId }))
  return { findTopicPartitionMetadata } as unknown as Cluster
}

describe('laneAssigner', () => {
  it('gives lanes of a dataset to members that were started with it, whoever deals out', async () => {
    const topics = { 'quakes.clean': 2, 'quakes.raw': 2, 'weather.clean': 2, 'weather.raw': 2 }
    const subscribed = (member: string) =>
      Object.keys(topics).filter((topic) => member === 'both' || topic.startsWith(member))
    const expected = {
      both: { 'weather.clean': [0, 1], 'weather.raw': [0, 1] },
      quakes: { 'quakes.clean': [1], 'quakes.raw': [1] },
    }
    expected.both = { 'quakes.clean': [0], 'quakes.raw': [0], ...expected.both } as never
    for (const members of [
      ['both', 'quakes'],
      ['quakes', 'both'],
    ])
      expect(await assign(topics, members, subscribed)).toEqual(expected)
    expect(await assign(topics, ['quakes', 'weather'], subscribed)).toEqual({
      quakes: { 'quakes.clean': [0, 1], 'quakes.raw': [0, 1] },
      weather: { 'weather.clean': [0, 1], 'weather.raw': [0, 1] },
    })
  })

  const hosts: Record<string, string> = { air: 'one', rain: 'one', tides: 'one', quakes: 'two' }
  const hostOf = (topic: string) => hosts[datasetOf(topic)]
  const requests = {
    'air.requests': 1,
    'quakes.requests': 1,
    'rain.requests': 1,
    'tides.requests': 1,
    'wind.requests': 1,
  }

  it('gives datasets that share something to one member, and the others evenly', async () => {
    expect(await assign(requests, ['a', 'b'], undefined, hostOf)).toEqual({
      a: { 'air.requests': [0], 'rain.requests': [0], 'tides.requests': [0] },
      b: { 'quakes.requests': [0], 'wind.requests': [0] },
    })
  })

  it('says once for a dataset what it shares, so that four members with a thousand datasets fit into a message', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `a-dataset-of-a-long-name-${i}`)
    const topics = names.flatMap((name) => [`${name}.requests`, `${name}.receipts`])
    const cluster = clusterOf(Object.fromEntries(topics.map((topic) => [topic, 4])))
    const sharedBy = () => 'a-server-of-a-long-name.example.org:8443'
    const { metadata } = laneAssigner(sharedBy)({ cluster } as never).protocol({ topics })
    expect(metadata.toString().split(sharedBy()).length - 1).toBe(1000)
    expect(4 * metadata.length).toBeLessThan(2 ** 20)
  })

  it('evens out with the others what is shared by many, whatever their names', async () => {
    const topics = { 'a.requests': 1, 'b.requests': 1, 'y.requests': 1, 'z.requests': 1 }
    const oneHost = (topic: string) => (topic < 'c' ? undefined : 'one')
    expect(await assign(topics, ['a', 'b'], undefined, oneHost)).toEqual({
      a: { 'y.requests': [0], 'z.requests': [0] },
      b: { 'a.requests': [0], 'b.requests': [0] },
    })
  })

  it('gives a dataset to who asked for it, whoever has what it shares', async () => {
    const subscribed = (member: string) =>
      Object.keys(requests).filter((topic) => member === 'b' || topic !== 'rain.requests')
    expect(await assign(requests, ['a', 'b'], subscribed, hostOf)).toEqual({
      a: { 'air.requests': [0], 'quakes.requests': [0], 'wind.requests': [0] },
      b: { 'rain.requests': [0], 'tides.requests': [0] },
    })
  })

  it('takes a member of an older version, which says no partitions, for one that has all topics', async () => {
    const { assign } = laneAssigner()({ cluster: clusterOf({ 'quakes.raw': 2 }) } as never)
    const metadata = AssignerProtocol.MemberMetadata.encode({
      ...{ version: 1, topics: ['quakes.raw'], userData: Buffer.alloc(0) },
    })
    const [answer] = await assign({
      members: [{ memberId: 'old', memberMetadata: metadata }],
      topics: ['quakes.raw'],
    })
    expect(AssignerProtocol.MemberAssignment.decode(answer!.memberAssignment)!.assignment).toEqual({
      'quakes.raw': [0, 1],
    })
  })

  it('gives all topics of a lane to one member, lanes in turn', async () => {
    const topics = { 'quakes.enriched': 3, 'quakes.clean': 3, 'seattle-weather.clean': 2 }
    expect(await assign(topics, ['b', 'a'])).toEqual({
      a: { 'quakes.clean': [0, 2], 'quakes.enriched': [0, 2], 'seattle-weather.clean': [1] },
      b: { 'quakes.clean': [1], 'quakes.enriched': [1], 'seattle-weather.clean': [0] },
    })
  })

  it('gives every lane whole to exactly one member, evenly, whatever order it hears them in', async () => {
    const topics = fc.dictionary(
      fc.constantFrom('a.raw', 'a.clean', 'b.raw', 'a-b.raw'),
      fc.integer({ min: 1, max: 64 }),
      {
        minKeys: 1,
      },
    )
    const members = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 7 })
    await fc.assert(
      fc.asyncProperty(topics, members, async (topics, members) => {
        const given = await assign(topics, members)
        const laneOwners = new Map<string, Set<string>>()
        const partitions: string[] = []
        for (const [member, assignment] of Object.entries(given))
          for (const [topic, lanes] of Object.entries(assignment))
            for (const lane of lanes) {
              const name = `${datasetOf(topic)}/${lane}`
              laneOwners.set(name, (laneOwners.get(name) ?? new Set()).add(member))
              partitions.push(`${topic}/${lane}`)
            }
        expect(partitions.toSorted()).toEqual(
          Object.entries(topics)
            .flatMap(([topic, count]) => Array.from({ length: count }, (_, lane) => `${topic}/${lane}`))
            .toSorted(),
        )
        expect([...laneOwners.values()].every((owners) => owners.size === 1)).toBe(true)
        const shares = members.map(
          (member) => [...laneOwners.values()].filter((owners) => owners.has(member)).length,
        )
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
        const reversed = Object.fromEntries(Object.entries(topics).reverse())
        expect(await assign(reversed, members.toReversed())).toEqual(given)
      }),
      { numRuns: 50 },
    )
  })

  it('leaves members without a lane when there are more members than lanes', async () => {
    expect(await assign({ 'quakes.raw': 1 }, ['a', 'b'])).toEqual({ a: { 'quakes.raw': [0] }, b: {} })
  })

  it('asks for the topics that it was subscribed to', () => {
    const assigner = laneAssigner()({ cluster: clusterOf({ 'quakes.raw': 1 }) } as never)
    const { name, metadata } = assigner.protocol({ topics: ['quakes.raw'] })
    expect([name, AssignerProtocol.MemberMetadata.decode(metadata)!.topics]).toEqual([
      'dsf-lanes',
      ['quakes.raw'],
    ])
  })
})

describe('onePartition', () => {
  it('gives its one partition, whatever else the topic has', async () => {
    const { assign } = onePartition('quakes.seen', 3)({} as never)
    const [answer] = await assign({
      members: [{ memberId: 'only', memberMetadata: Buffer.alloc(0) }],
      topics: ['quakes.seen'],
    })
    expect(AssignerProtocol.MemberAssignment.decode(answer!.memberAssignment)!.assignment).toEqual({
      'quakes.seen': [3],
    })
  })
})
