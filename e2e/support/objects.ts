/** What the object store holds, read by clients that are not ours. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { DuckDBInstance } from '@duckdb/node-api'
import { Client, type BucketItem } from 'minio'
import { storeOptions } from '../../infra/local/clients.ts'
import { environment, filesDir } from './stack.ts'

const bucket = environment['S3_BUCKET']!

const store = new Client(storeOptions(environment))

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
export const objectsOf = async (root: Root, dataset: string): Promise<Map<string, Buffer>> =>
  objectsOfKeys(await keysOf(root, dataset))

async function objectsOfKeys(keys: string[]): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>()
  for (let at = 0; at < keys.length; at += 16) {
    const part = keys.slice(at, at + 16)
    const bytes = await Promise.all(part.map(bytesOf))
    part.forEach((key, i) => found.set(key, bytes[i]!))
  }
  return found
}

export type Sql = (sql: string) => Promise<Record<string, any>[]>

/**
 * A dataset's lake for SQL, as the table `lake` of DuckDB, with the key of each row's object in `filename`. The folder
 * names are not read as columns: what they say is in the rows, and is compared with them.
 */
export const queryLake = async (dataset: string): Promise<Sql> =>
  query('lake', await objectsOf('lake', dataset), 'hive_partitioning = false')

/** A table beside the rows, by its name; its folders are columns, as texts. */
export const queryTable = async (dataset: string, table: string): Promise<Sql> =>
  query(
    table,
    await objectsOfKeys(await tableKeysOf(dataset, table)),
    'hive_partitioning = true, hive_types_autocast = false',
  )

/** The same as readers see it that take the folders for columns, as DuckDB, pyarrow and Spark do unless told otherwise. */
export const queryFolders = async (dataset: string): Promise<Sql> =>
  query('lake', await objectsOf('lake', dataset), 'hive_partitioning = true')

/** A folder with a dataset's lake in it, for readers that want files. */
export const downloadLake = async (dataset: string): Promise<string> =>
  download('lake', await objectsOf('lake', dataset))

function download(table: string, objects: Map<string, Buffer>): string {
  const folder = mkdtempSync(join(filesDir, `${table}-`))
  for (const [key, bytes] of objects) {
    mkdirSync(dirname(join(folder, key)), { recursive: true })
    writeFileSync(join(folder, key), bytes)
  }
  return folder
}

async function query(table: string, objects: Map<string, Buffer>, options: string): Promise<Sql> {
  const folder = download(table, objects)
  const connection = await (await DuckDBInstance.create()).connect()
  const files = `read_parquet('${folder}/**/*.parquet', filename = true, ${options})`
  await connection.run(`SET TimeZone = 'UTC'`)
  await connection.run(
    `CREATE TABLE ${table} AS SELECT * REPLACE (substr(filename, ${folder.length + 2}) AS filename) FROM ${files}`,
  )
  return async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS()
}
