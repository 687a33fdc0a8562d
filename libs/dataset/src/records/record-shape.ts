/**
 * Makes records of always the same columns. An object that is built key by key from computed names becomes a hash table
 * in V8 after a dozen keys, and everything that touches it pays; a copy of a parsed template keeps a fixed layout.
 */
export function recordShape<T extends object>(columns: string[]): () => T {
  const template = JSON.parse(`{${columns.map((column) => `${JSON.stringify(column)}:null`).join()}}`) as T
  return () => ({ ...template })
}
