import { fieldsInFile, type Dataset } from '../definition/dataset.ts'
import { largestRow } from '../definition/limits.ts'

type Header = Pick<Dataset, 'fields' | 'key' | 'fieldsMatch' | 'dialect' | 'source'>

/** What is wrong where every header that fits the fields is longer than a row may be: no file could be imported. */
export function headerTooLong(dataset: Header): string | undefined {
  const { maxRowBytes } = dataset.source
  const bytes = shortestHeader(dataset)
  if (bytes <= maxRowBytes) return undefined
  const wayOut =
    bytes > largestRow ? 'fewer or shorter names' : `raise source.maxRowBytes to ${bytes} or more`
  return `the file's header takes ${bytes} bytes, and source.maxRowBytes is ${maxRowBytes}, so no file could be read; ${wayOut}`
}

/** Bytes of the shortest header that has the fields which the file must have. */
function shortestHeader({ fields, key, fieldsMatch, dialect }: Header): number {
  // several header rows share its bytes, in a way that is theirs
  if (!dialect.header || (dialect.headerRows?.length ?? 1) > 1) return 0
  const mayLack = fieldsMatch === 'superset' || fieldsMatch === 'partial'
  const names = fieldsInFile({ fields: mayLack ? key : fields }).map(({ header }) =>
    Buffer.byteLength(inFile(header, dialect)),
  )
  return names.reduce((sum, bytes) => sum + bytes, Math.max(0, names.length - 1))
}

/** A quote behind other text is text, so that only these need quotes around them. */
function inFile(name: string, { delimiter, quoteChar }: Dataset['dialect']): string {
  const isPlain = !name.includes(delimiter) && !name.includes('\n') && !name.startsWith(quoteChar)
  return isPlain ? name : quoteChar + name.replaceAll(quoteChar, quoteChar + quoteChar) + quoteChar
}
