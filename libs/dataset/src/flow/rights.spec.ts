import { describe, expect, it } from 'vitest'
import { flow, type StageName } from './flow.ts'
import { bucketPolicy } from './object-rights.ts'
import { programs } from './programs.ts'
import { rightsOf, topicRights } from './rights.ts'

const scope = { datasets: ['quakes'], prefix: 'a.', indexPrefix: 'b-' }
const told = ({ resource, name, pattern, operations }: ReturnType<typeof rightsOf>['kafka'][number]) =>
  `${resource} ${name}${pattern === 'prefixed' ? '*' : ''}: ${operations.join(', ')}`

describe('rights', () => {
  it('of the cleaner in Kafka are its way, its state, its group and its transactions', () => {
    expect(rightsOf('cleaner', scope).kafka.map(told)).toEqual([
      'topic a.quakes.raw: Read, Describe',
      'topic a.quakes.clean: Write, Describe',
      'topic a.quakes.seen: Read, Write, Describe',
      'topic a.quakes.quarantine: Write, Describe',
      'group a.dsf.cleaner: Read',
      'group a.dsf.read.cleaner.*: Read, Delete',
      'transactional-id a.dsf.cleaner.*: Write, Describe',
    ])
  })

  it('of the indexer let it see how far the others are, and nothing of what they read', () => {
    const { kafka } = rightsOf('indexer', scope)
    const seen = kafka.filter(({ operations }) => operations.join() === 'Describe').map(({ name }) => name)
    expect(seen).toContain('a.quakes.raw')
    expect(seen).toContain('a.dsf.cleaner')
  })

  it.each(Object.keys(flow) as StageName[])(
    'of %s are to read what it reads, and to write what it writes',
    (stage) => {
      const rights = topicRights(stage)
      for (const kind of flow[stage].reads) expect(rights.get(kind)).toContain('Read')
      for (const kind of flow[stage].writes) expect(rights.get(kind)).toContain('Write')
    },
  )

  it('to make topics are asked for by stages alone, and for all topics', () => {
    const made = (program: 'cleaner' | 'trends') =>
      rightsOf(program, { ...scope, create: true }).kafka.filter(({ operations }) =>
        operations.includes('Create'),
      )
    expect([made('cleaner').length, made('trends').length]).toEqual([10, 0])
  })

  it('for datasets that nobody knows yet hold for the prefix', () => {
    const topics = (prefix: string) =>
      rightsOf('cleaner', { prefix })
        .kafka.filter(({ resource }) => resource === 'topic')
        .map(told)
    expect(topics('a.')).toEqual(['topic a.*: Read, Describe, Write'])
    expect(topics('')).toEqual(['topic *: Read, Describe, Write'])
  })

  it('of a program are for objects below its own folders', () => {
    const resources = (program: 'sink-minio' | 'csv_profile') =>
      bucketPolicy(program, scope)!
        .Statement.slice(1)
        .flatMap(({ Action, Resource }) => [Action[0], Resource[0]])
    expect(resources('sink-minio')).toEqual([
      ...['s3:PutObject', 'arn:aws:s3:::dsf/processed/dataset=quakes/*'],
      ...['s3:PutObject', 'arn:aws:s3:::dsf/lake/dataset=quakes/*'],
      ...['s3:PutObject', 'arn:aws:s3:::dsf/quarantine/dataset=quakes/*'],
    ])
    expect(resources('csv_profile')).toEqual([
      ...['s3:GetObject', 'arn:aws:s3:::dsf/processed/dataset=quakes/*'],
      ...['s3:GetObject', 'arn:aws:s3:::dsf/checkpoints/csv_profile/*'],
    ])
    expect(bucketPolicy('cleaner', scope)).toBeUndefined()
  })

  it('in Elasticsearch are for indices of the prefix, and for who asks it', () => {
    const asking = programs.filter((program) => rightsOf(program, scope).role)
    expect(asking).toEqual(['indexer', 'anomalies'])
    for (const program of asking)
      for (const { names } of rightsOf(program, scope).role!.indices)
        expect(names.filter((name) => !/^\/?b-/.test(name))).toEqual([])
  })

  it('in Elasticsearch are not for a dataset whose name begins like another', () => {
    const [{ names } = { names: [] }] = rightsOf('indexer', { datasets: ['us'], indexPrefix: 'a.' }).role!
      .indices
    expect(names.slice(0, 2)).toEqual(['a.us', String.raw`/a\.us-v[0-9]+/`])
  })
})
