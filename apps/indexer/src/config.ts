import { indexPrefixPattern } from '@dsf/dataset'
import { openUrl, filePath, optional, readConfig, withoutEmpty } from '@dsf/stage'
import { storeVariables } from '@dsf/store'
import { z } from 'zod'

/** How Elasticsearch is reached, and what our indices are called there. */
export const elasticsearchVariables = {
  ELASTICSEARCH_URL: z
    .string()
    .transform((list) => list.split(',').map((url) => url.trim()))
    .pipe(z.array(openUrl).min(1))
    .describe('the index: its nodes, with commas between'),
  ELASTICSEARCH_API_KEY: optional.describe('an API key, as Elasticsearch encodes it'),
  ELASTICSEARCH_API_KEY_FILE: filePath.describe('a file with it'),
  ELASTICSEARCH_USERNAME: optional.describe('in place of an API key: who we are there'),
  ELASTICSEARCH_PASSWORD: optional.describe('and how we prove it'),
  ELASTICSEARCH_PASSWORD_FILE: filePath.describe('a file with it'),
  ELASTICSEARCH_CA_FILE: filePath.describe("certificates of who signed the nodes'"),
  ELASTICSEARCH_INDEX_PREFIX: z
    .string()
    .regex(indexPrefixPattern, 'expected small letters, digits, ".", "_" and "-"')
    .default('')
    .describe('begins the name of every index, alias and template'),
}

export type IndexSettings = z.infer<z.ZodObject<typeof elasticsearchVariables>>

export const indexSettings = (env: NodeJS.ProcessEnv): IndexSettings =>
  z.object(elasticsearchVariables).parse(withoutEmpty(env))

const variables = {
  ...storeVariables,
  ...elasticsearchVariables,
  LAG_EVERY_MS: z.coerce
    .number()
    .int()
    .min(1000)
    .default(15_000)
    .describe('milliseconds between two looks at the lag of all stages, for dashboards; at least 1000'),
}

export const config = () => readConfig(variables)
