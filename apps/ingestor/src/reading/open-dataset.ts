/** Opens a file as the one that a dataset's definition describes. */
import { fieldsInFile, type Dataset, type Field } from '@dsf/dataset'
import { checkHeader, sniff } from './check-header.ts'
import { withLineFeeds } from './line-ends.ts'
import { openCsv, type CsvFile, type OpenBytes } from './open-csv.ts'
import { hintOf } from './read-header.ts'
import { HeaderError } from './header-error.ts'

export interface DatasetFile extends CsvFile {
  /** where field i stands in the file, -1 when the file does not have it; the number of a row stands behind its cells */
  columns: number[]
}

/** @throws UnreadableFileError when it is another file: with the columns that are missing or unknown, or what it is instead */
export async function openDataset(dataset: Dataset, open: OpenBytes): Promise<DatasetFile> {
  const { dialect, reading, source } = dataset
  const openLines = dialect.lineTerminator === '\r' ? () => withLineFeeds(open()) : open
  const file = await openCsv(openLines, {
    ...{ dialect, reading, maxRowBytes: source.maxRowBytes, sniff },
    ...(dialect.header ? {} : { columns: headersOf(fieldsInFile(dataset)) }),
  })
  return { ...file, columns: columnsOf(dataset, file) }
}

const headersOf = (fields: Field[]) => fields.map(({ header }) => header)

function columnsOf({ fields, key, fieldsMatch }: Dataset, { header }: CsvFile): number[] {
  const inFile = fieldsInFile({ fields })
  const primaryKey = headersOf(fieldsInFile({ fields: key }))
  const rules = { fields: headersOf(inFile), fieldsMatch, primaryKey }
  const check = checkHeader(header, rules)
  if ('error' in check) {
    const isOurs = rules.fields.some((name) => header.includes(name))
    throw new HeaderError(check.error + hintOf(header.join()), isOurs ? header : undefined)
  }
  return fields.map((field) => (field.rowNumber ? header.length : check.columns[inFile.indexOf(field)]!))
}
