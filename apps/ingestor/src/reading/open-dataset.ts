/** Opens a file as the one that a dataset's definition describes. */
import type { Dataset, Field } from '@dsf/dataset'
import { checkHeader, sniff } from './check-header.ts'
import { withLineFeeds } from './line-ends.ts'
import { openCsv, type CsvFile, type OpenBytes } from './open-csv.ts'
import { hintOf } from './read-header.ts'
import { HeaderError } from './header-error.ts'

export interface DatasetFile extends CsvFile {
  /** where field i stands in the file, -1 when the file does not have it */
  columns: number[]
}

/** @throws UnreadableFileError when it is another file: with the columns that are missing or unknown, or what it is instead */
export async function openDataset(dataset: Dataset, open: OpenBytes): Promise<DatasetFile> {
  const { dialect, reading, source, fields } = dataset
  const openLines = dialect.lineTerminator === '\r' ? () => withLineFeeds(open()) : open
  const file = await openCsv(openLines, {
    ...{ dialect, reading, maxRowBytes: source.maxRowBytes, sniff },
    ...(dialect.header ? {} : { columns: headersOf(fields) }),
  })
  return { ...file, columns: columnsOf(dataset, file) }
}

const headersOf = (fields: Field[]) => fields.map(({ header }) => header)

function columnsOf({ fields, key, fieldsMatch }: Dataset, { header }: CsvFile): number[] {
  const rules = { fields: headersOf(fields), fieldsMatch, primaryKey: headersOf(key) }
  const check = checkHeader(header, rules)
  if ('error' in check) {
    const isOurs = rules.fields.some((name) => header.includes(name))
    throw new HeaderError(check.error + hintOf(header.join()), isOurs ? header : undefined)
  }
  return check.columns
}
