/** What the object store holds, read by clients that are not ours. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { DuckDBInstance } from '@duckdb/node-api'
import { Client, type BucketItem } from 'minio'
import { environment, filesDir, settings } from './stack.ts'

const bucket = environment['S3_BUCKET']!

const store = new Client({
  endPoint: '127.0.0.1',
  port: settings.ports.s3,
  useSSL: false,
  accessKey: environment['S3_ACCESS_KEY']!,
  secretKey: environment['S3_SECRET_KEY']!,
  region: 'us-east-1',
  pathStyle: true,
})

export type Root = 'landing' | 'processed' | 'lake' | 'quarantine'

async function keysUnder(prefix: string): Promise<string[]> {
  const items: BucketItem[] = await store.listObjectsV2(bucket, prefix, true).toArray()
  return items.map(({ name }) => name!).sort()
}

/** Without the tables that lie beside the rows. */
export const keysOf = async (root: Root, dataset: string): Promise<string[]> =>
  (await keysUnder(`${root}/dataset=${dataset}/`)).filter((key) => !key.includes('/table='))

export const tableKeysOf = (dataset: string, table: string): Promise<string[]> =>
  keysUnder(`lake/dataset=${dataset}/table=${table}/`)

export const putObject = async (key: string, bytes: Buffer): Promise<void> =>
  void (await store.putObject(bucket, key, bytes))

export const removeObject = (key: string): Promise<void> => store.removeObject(bucket, key)

export const bytesOf = async (key: string): Promise<Buffer> => buffer(await store.getObject(bucket, key))

/** Every object of a folder, by key. */
export async function objectsOf(root: Root, dataset: string): Promise<Map<string, Buffer>> {
  const keys = await keysOf(root, dataset)
  const found = new Map<string, Buffer>()
  for (let at = 0; at < keys.length; at += 16) {
    const part = keys.slice(at, at + 16)
    const bytes = await Promise.all(part.map(bytesOf))
    part.forEach((key, i) => found.set(key, bytes[i]!))
  }
  return found
}

/**
 * A dataset's lake for SQL, as the table `lake` of DuckDB, with the key of each row's object in `filename`. The folder
 * names are not read as columns: what they say is in the rows, and is compared with them.
 */
export async function queryLake(dataset: string): Promise<(sql: string) => Promise<Record<string, any>[]>> {
  const folder = mkdtempSync(join(filesDir, 'lake-'))
  for (const [key, bytes] of await objectsOf('lake', dataset)) {
    mkdirSync(dirname(join(folder, key)), { recursive: true })
    writeFileSync(join(folder, key), bytes)
  }
  const connection = await (await DuckDBInstance.create()).connect()
  const files = `read_parquet('${folder}/**/*.parquet', hive_partitioning = false, filename = true)`
  await connection.run(`SET TimeZone = 'UTC'`)
  await connection.run(
    `CREATE TABLE lake AS SELECT * REPLACE (substr(filename, ${folder.length + 2}) AS filename) FROM ${files}`,
  )
  return async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS()
}
