import { readConfig, storeVariables } from '@dsf/stage'
import { z } from 'zod'

const list = (separator: string) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(separator).filter(Boolean))

export const config = () =>
  readConfig({
    ...storeVariables,
    SOURCE_ALLOW: list(',').describe(
      'private address ranges (CIDR) that sources may be fetched from; none by default',
    ),
    SOURCE_ROOTS: list(':').describe('folders that file sources may be read from; none by default'),
  })
