import { apiVariables, filePath, optional, readConfig } from '@dsf/stage'
import { storeVariables } from '@dsf/store'
import { z } from 'zod'

const list = (separator: string) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(separator).filter(Boolean))

const count = (usual: number) => z.coerce.number().int().positive().default(usual)

const variables = {
  ...apiVariables,
  ...storeVariables,
  SOURCE_ALLOW: list(',').describe(
    'private address ranges (CIDR) that sources may be fetched from; none by default',
  ),
  SOURCE_PROXY: optional.describe(
    'URL of the proxy that sources are fetched through; it must refuse private addresses, too',
  ),
  SOURCE_PROXY_FILE: filePath.describe('a file with it, for one with user and password'),
  ROWS_PER_TRANSACTION: count(20_000).describe(
    'rows that are published together: enough that the fixed cost is lost in them, few enough to hold in memory',
  ),
  FETCHES_AT_ONCE: count(16).describe(
    'sources that an instance fetches at once, one of a host; datasets of one host go to one instance',
  ),
  PUBLISHES_AT_ONCE: count(4).describe(
    'transactions that an instance makes at once; lanes that fail share one of these places',
  ),
  RUNS_KEPT: count(1000).describe('runs of a dataset that are known; older ones are documents of the index'),
  RUNS_KEPT_DAYS: count(90).describe('days for which they are'),
  SOURCE_SECRETS_DIR: optional.describe(
    'folder with a file for each secret that a definition names; none by default',
  ),
  SOURCE_ROOTS: list(':').describe('folders that file sources may be read from; none by default'),
}

export const config = () => readConfig(variables)
