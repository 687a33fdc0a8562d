import { openUrl, filePath, optional } from '@dsf/stage'
import { z } from 'zod'

/** Variables of a stage that uses the object store. */
export const storeVariables = {
  S3_ENDPOINT: openUrl.describe('the object store'),
  S3_BUCKET: z.string().default('dsf').describe('its bucket'),
  S3_REGION: z.string().default('us-east-1').describe('its region'),
  S3_ACCESS_KEY: optional.describe('who we are there'),
  S3_ACCESS_KEY_FILE: filePath.describe('a file with it'),
  S3_SECRET_KEY: optional.describe('and how we prove it'),
  S3_SECRET_KEY_FILE: filePath.describe('a file with it'),
  S3_SESSION_TOKEN: optional.describe('of keys that were lent'),
  S3_SESSION_TOKEN_FILE: filePath.describe('a file with it'),
  AWS_WEB_IDENTITY_TOKEN_FILE: filePath.describe('in place of keys: a token for which AWS lends some (IRSA)'),
  AWS_ROLE_ARN: optional.describe('the role that they are lent for'),
  AWS_ROLE_SESSION_NAME: z.string().default('dsf').describe("what we are called in the lender's log"),
  AWS_REGION: optional.describe('whose Security Token Service lends them; without it the global one'),
  AWS_ENDPOINT_URL_STS: openUrl.optional().describe('its address, where it is another one than of AWS'),
  S3_ADDRESSING: z
    .enum(['path', 'virtual'])
    .default('path')
    .describe('where the bucket stands in an address: in the path, or before the host'),
  S3_CA_FILE: filePath.describe("certificates of who signed the store's"),
  S3_SSE: z
    .string()
    .regex(/^(none|AES256|aws:kms(:.+)?)$/, 'expected none, AES256, aws:kms or aws:kms:<id of a key>')
    .default('none')
    .describe('how the store encrypts what it keeps: none, AES256, aws:kms or aws:kms:<id of a key>'),
}

export type StoreConfig = z.infer<z.ZodObject<typeof storeVariables>>
