import { namePrefix, openUrl, filePath, optional } from './variable-types.ts'

/** How the schema registry is reached, and what our subjects are called there. */
export const registryVariables = {
  SCHEMA_REGISTRY_URL: openUrl.describe('the schema registry, with the API of Confluent'),
  SCHEMA_REGISTRY_USERNAME: optional.describe('who we are there'),
  SCHEMA_REGISTRY_PASSWORD: optional.describe('and how we prove it'),
  SCHEMA_REGISTRY_PASSWORD_FILE: filePath.describe('a file with it'),
  SCHEMA_REGISTRY_TOKEN: optional.describe('in place of both: a bearer token'),
  SCHEMA_REGISTRY_TOKEN_FILE: filePath.describe('a file with it'),
  SCHEMA_REGISTRY_CA_FILE: filePath.describe("certificates of who signed the registry's"),
  SCHEMA_REGISTRY_CERT_FILE: filePath.describe('our own certificate, for a registry that asks for one'),
  SCHEMA_REGISTRY_KEY_FILE: filePath.describe('the key of our certificate'),
  SCHEMA_REGISTRY_PREFIX: namePrefix
    .optional()
    .describe('begins every subject; KAFKA_PREFIX when it is not set'),
}
