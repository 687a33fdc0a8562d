import { readConfig } from '@dsf/stage'
import { storeVariables } from '@dsf/store'
import { z } from 'zod'

export const config = () =>
  readConfig({
    ...storeVariables,
    ELASTICSEARCH_URL: z.url(),
    LAG_EVERY_MS: z.coerce
      .number()
      .int()
      .min(1000)
      .default(15_000)
      .describe('how often the lag of all stages is looked at for dashboards'),
  })
