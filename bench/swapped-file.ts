/**
 * How often a file outside of the allowed folders is read while a folder becomes a link and a folder again: never.
 *
 *   node bench/swapped-file.ts [TRIES]
 */
import { readWhileSwapped } from '../apps/ingestor/testing/swapped-folder.ts'

const seen = await readWhileSwapped(Number(process.argv[2] ?? 1_000_000))
console.table(Object.fromEntries(seen))
process.exitCode = seen.has('a secret') ? 1 : 0
