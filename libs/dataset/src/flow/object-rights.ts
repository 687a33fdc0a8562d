import { pathSegment } from '../records/object-key.ts'
import type { Program, Scope } from './programs.ts'

/** What may be done below a prefix of the bucket. */
export interface ObjectRight {
  prefix: string
  does: ('list' | 'get' | 'put' | 'delete')[]
}

type Root = 'landing' | 'processed' | 'lake' | 'quarantine' | 'audit'

/** Of each dataset. */
const roots: Partial<Record<Program, Partial<Record<Root, ObjectRight['does']>>>> = {
  ingestor: { landing: ['get', 'put'] },
  'sink-minio': { processed: ['put'], lake: ['put'], quarantine: ['put'] },
  // its reindex lists
  indexer: { lake: ['list', 'get'] },
  csv_profile: { processed: ['list', 'get'] },
  // an object that is there already is kept, and read
  trends: { lake: ['get', 'put'] },
  audit: {
    landing: ['list', 'get'],
    processed: ['list', 'get'],
    lake: ['list', 'get'],
    quarantine: ['list', 'get'],
    // what the last one learned
    audit: ['list', 'get', 'put'],
  },
}

const withCheckpoints = new Set<Program>(['csv_profile', 'trends'])

export function objectRights(program: Program, { datasets = ['*'] }: Scope): ObjectRight[] {
  const folder = (root: string, name: string) =>
    `${root}/dataset=${name === '*' ? '' : `${pathSegment(name)}/`}`
  const rows = Object.entries(roots[program] ?? {}).flatMap(([root, does]) =>
    datasets.map((name) => ({ prefix: folder(root, name), does })),
  )
  const own = { prefix: `checkpoints/${program}/`, does: ['list', 'get', 'put', 'delete'] } as const
  return [...rows, ...(withCheckpoints.has(program) ? [{ ...own, does: [...own.does] }] : [])]
}

const actions = {
  get: ['s3:GetObject'],
  // large objects go in parts
  put: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
  delete: ['s3:DeleteObject'],
} as const

interface Statement {
  Effect: 'Allow'
  Action: string[]
  Resource: string[]
}

/**
 * A policy for the key of a program, in the language of AWS, which MinIO reads too; undefined where it has no objects. Whoever has one may
 * ask for the names of all objects: S3 has one right for that and for the question whether the bucket is there.
 */
export function bucketPolicy(program: Program, scope: Scope) {
  const { bucket = 'dsf', create } = scope
  const rights = objectRights(program, scope)
  if (rights.length === 0) return undefined
  const arn = (path = '') => `arn:aws:s3:::${bucket}${path}`
  const below = rights.map(({ prefix, does }): Statement => {
    const Action = does.flatMap((what) => (what === 'list' ? [] : actions[what]))
    // Spark asks for the folder as if it were an object, too
    return { Effect: 'Allow', Action, Resource: [arn(`/${prefix}*`), arn(`/${prefix.replace(/\/$/, '')}`)] }
  })
  const ofBucket = [
    's3:ListBucket',
    's3:GetBucketLocation',
    's3:GetBucketVersioning',
    ...(rights.some(({ does }) => does.includes('put')) ? ['s3:ListBucketMultipartUploads'] : []),
    ...(create ? ['s3:CreateBucket'] : []),
  ]
  const Statement: Statement[] = [{ Effect: 'Allow', Action: ofBucket, Resource: [arn()] }, ...below]
  return { Version: '2012-10-17', Statement }
}
