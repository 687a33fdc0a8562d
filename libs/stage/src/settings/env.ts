import { z } from 'zod'
import { parseCrashAt, type CrashAt } from './crash-points.ts'
import { helpText } from './help.ts'
import { kafkaVariables } from './kafka-variables.ts'
import { registryVariables } from './registry-variables.ts'
import { filePath, withoutEmpty } from './variable-types.ts'

const host = z.string().default('127.0.0.1')
const port = z.coerce.number().int().min(0).max(65_535)

/** Variables that every stage reads. A stage's own `config.ts` extends this table; nothing else reads the environment. */
export const commonVariables = {
  ...kafkaVariables,
  ...registryVariables,
  DATASETS_DIR: z
    .string()
    .default('datasets')
    .transform((list) => list.split(':').filter(Boolean))
    .describe('folders of datasets, with colons between'),
  HEALTH_HOST: host.describe('where health and metrics are, for whom they need no token'),
  HEALTH_PORT: port.describe('their port; 0 for any free one'),
  SESSION_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(6000)
    .default(15_000)
    .describe('silence after which a lost instance loses its lanes'),
  CRASH_AT: z
    .string()
    .optional()
    .transform((text, context) => crashAt(text, context))
    .describe('fault tests only: ends the process at a crash point'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('trace, debug, info, warn, error or silent'),
}

function crashAt(text: string | undefined, context: z.RefinementCtx): CrashAt | undefined {
  try {
    return text ? parseCrashAt(text) : undefined
  } catch (error) {
    context.addIssue((error as Error).message)
    return undefined
  }
}

/** Variables of a stage with an API. */
export const apiVariables = {
  HTTP_HOST: host.describe('where the API is; beyond loopback only with a token'),
  HTTP_PORT: port.describe('its port; 0 for any free one'),
  HTTP_TOKEN_FILE: filePath.describe(
    'tokens of callers, one a line; must be there when HTTP_HOST is not of loopback',
  ),
}

/** `true` and `1` are on; everything else that is not `false` or `0` is refused. */
export const flag = z
  .enum(['true', '1', 'false', '0'])
  .default('false')
  .transform((text) => text === 'true' || text === '1')

export type CommonConfig = z.infer<z.ZodObject<typeof commonVariables>>
export type ApiConfig = z.infer<z.ZodObject<typeof apiVariables>>

/**
 * Reads and checks the environment once, at boot. A process that was started with `--help` says instead what it would read, and ends.
 * @throws Error that names every variable that is missing or wrong, and what was expected
 */
export function readConfig<Shape extends z.ZodRawShape>(own: Shape, env: NodeJS.ProcessEnv = process.env) {
  const shape = { ...commonVariables, ...own }
  if (process.argv[2] === '--help') endWithHelp(shape)
  const set = withoutEmpty(env)
  const result = z.object(shape).safeParse(set)
  if (result.success) return result.data
  const lines = result.error.issues.map((issue) => {
    const variable = String(issue.path[0])
    const found = set[variable] === undefined ? 'is not set' : `is "${shown(variable, set[variable])}"`
    return `  ${variable} ${found}: ${issue.message}`
  })
  throw new Error(`The configuration is not usable:\n${lines.join('\n')}`)
}

function endWithHelp(shape: z.ZodRawShape): never {
  process.stdout.write(helpText(shape))
  process.exit(0)
}

/** As much of a value as may stand in a log: before an `@` there may be a password, behind a `?` a token. */
const shown = (variable: string, value: string): string =>
  /(SECRET|KEY|PASSWORD|TOKEN)(?!.*_FILE$)/.test(variable)
    ? '…'
    : value.replace(/^([a-z][a-z0-9+.-]*:?\/\/)?[^]*@/i, '$1…@').replace(/([?#])[^]*/, '$1…')
