import { own, without, type Column } from './columns.ts'
import { ownTemplate, properties, type IndexTemplate } from './index-template.ts'
import { trendsColumns } from './tables.ts'

/** Alias of the trends of all datasets, and its first index. */
export const trendsIndex = 'dsf-trends'
export const firstTrendsIndex = `${trendsIndex}-000001`

/** The document of a window, type, simulated or not, and field: the columns of the table, its beginning as the time. */
export const trendsDocumentColumns: readonly Column[] = [
  own('@timestamp', 'datetime', { title: 'Window' }),
  own('window_end', 'datetime', { title: 'End' }),
  own('dataset', 'string', { title: 'Dataset' }),
  ...without(trendsColumns, 'dsf_version', 'window_start', 'window_end'),
  own('dsf_version', 'integer', { title: 'Version' }),
]

/** Index template body for `PUT _index_template/dsf-trends`. */
export const trendsTemplate: IndexTemplate = ownTemplate(trendsIndex, properties(trendsDocumentColumns))
