import { flow, type StageName } from './flow.ts'

/** Whoever has a key of its own: the stages, the Spark jobs, and the batch commands. */
export const programs = [
  ...(Object.keys(flow) as StageName[]),
  'csv_profile',
  'trends',
  'audit',
  'anomalies',
] as const
export type Program = (typeof programs)[number]

/** For what the rights are. */
export interface Scope {
  /** names; undefined for all that the prefix will ever have: then a topic is not told from another */
  datasets?: string[] | undefined
  /** of topics, groups and transactional ids */
  prefix?: string
  indexPrefix?: string
  bucket?: string
  /** may make topics and the bucket: KAFKA_CREATE_TOPICS=true asks for all topics of a dataset */
  create?: boolean
}
