import { readConfig, storeVariables } from '@dsf/stage'
import { z } from 'zod'

export const config = () => readConfig({ ...storeVariables, ELASTICSEARCH_URL: z.url() })
