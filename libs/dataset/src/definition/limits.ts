/**
 * What a definition may ask for at most. Each is held here, when the definition is loaded, against a limit that would
 * otherwise be met in the middle of a run, by a server that says less.
 */

/** Bytes of a record batch that a topic takes (`max.message.bytes`). */
export const largestBatch = 4 * 2 ** 20

/**
 * Bytes of a row. A record holds the row's cells, and as its key perhaps all of them once more; a refused row lies in
 * quarantine with its bytes, its key and its reasons. Both stay below a batch.
 */
export const largestRow = 2 ** 20

/** Bytes of a source: S3 takes an upload in 10,000 parts, which are of 8 MiB here. */
export const largestSource = 10_000 * 8 * 2 ** 20

/** Fields and computed fields. Elasticsearch, the registry and the jobs of Spark were tried with as many. */
export const mostColumns = 2000

/** JSON of the widest record's schema, as a registry keeps it: in a message of Kafka, which takes 1 MB by default. */
export const largestSchema = 900_000

/** Bytes of datapackage.json, and levels of its JSON. */
export const largestDefinition = 8 * 2 ** 20
export const deepestDefinition = 100

/** Characters of a regular expression. V8 takes some 100,000, and says so at the first cell only. */
export const longestPattern = 10_000

/** A chunk is held in memory while its objects are made. */
export const largestChunk = { records: 100_000, bytes: 128 * 2 ** 20 }

/** Objects of a chunk: each is a request to the store and another one of whoever reads the lake. */
export const mostPartitions = 10_000

/** A hundred years; the topics that are kept four times as long still count their milliseconds exactly. */
export const longestRetentionDays = 36_500
