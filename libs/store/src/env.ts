import { z } from 'zod'

/** Variables of a stage that uses the object store. */
export const storeVariables = {
  S3_ENDPOINT: z.url(),
  S3_ACCESS_KEY: z.string().min(1),
  S3_SECRET_KEY: z.string().min(1),
  S3_BUCKET: z.string().default('dsf'),
}

export type StoreConfig = z.infer<z.ZodObject<typeof storeVariables>>
