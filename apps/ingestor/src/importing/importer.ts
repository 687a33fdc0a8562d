import { secretOf, type TopicReader } from '@dsf/stage'
import { openStore, type ObjectStore } from '@dsf/store'
import type { config } from '../config.ts'
import type { SourceReach } from './source-options.ts'
import { Slots } from './slots.ts'

/** What the runs of all datasets share. */
export interface Importer {
  store: ObjectStore
  reach: SourceReach
  rowsPerTransaction: number
  /** sources that are fetched at once, one of a host */
  fetching: Slots
  /** transactions that are made at once: their rows are in memory */
  publishing: Slots
  /** reads the quarantine for a replay; there once the stage has started */
  topics?: TopicReader
}

export const importerOf = (settings: ReturnType<typeof config>): Importer => ({
  store: openStore(settings),
  reach: {
    allow: settings.SOURCE_ALLOW,
    proxy: secretOf(settings, 'SOURCE_PROXY')?.read,
    roots: settings.SOURCE_ROOTS,
    secrets: settings.SOURCE_SECRETS_DIR,
  },
  rowsPerTransaction: settings.ROWS_PER_TRANSACTION,
  fetching: new Slots(settings.FETCHES_AT_ONCE),
  publishing: new Slots(settings.PUBLISHES_AT_ONCE),
})
