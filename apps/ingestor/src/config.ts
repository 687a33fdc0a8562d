import { apiVariables, readConfig, storeVariables } from '@dsf/stage'
import { z } from 'zod'

const list = (separator: string) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(separator).filter(Boolean))

export const config = () =>
  readConfig({
    ...apiVariables,
    ...storeVariables,
    SOURCE_ALLOW: list(',').describe(
      'private address ranges (CIDR) that sources may be fetched from; none by default',
    ),
    ROWS_PER_TRANSACTION: z.coerce
      .number()
      .int()
      .positive()
      .default(20_000)
      .describe('enough that the fixed cost is lost in them, few enough to hold in memory'),
    SOURCE_ROOTS: list(':').describe('folders that file sources may be read from; none by default'),
  })
