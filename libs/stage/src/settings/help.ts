import type { z } from 'zod'

/** A variable as a person is told of it. */
interface VariableRow {
  name: string
  /** `must be set` where there is none */
  default: string
  what: string
}

/** The table that docs/settings.md and `--help` are made of: the variables themselves say what they are. */
const variableRows = (shape: z.ZodRawShape): VariableRow[] =>
  Object.entries(shape).map(([name, schema]) => ({
    name,
    default: defaultOf(schema as z.ZodType),
    what: (schema as z.ZodType).description ?? '',
  }))

function defaultOf(schema: z.ZodType): string {
  const { success, data } = schema.safeParse(undefined)
  if (!success) return 'must be set'
  const text = Array.isArray(data) ? data.join() : JSON.stringify(data ?? '').replaceAll('"', '')
  return text === '' ? 'none' : text
}

/** What `--help` prints: the variables of a stage, a line each. */
export function helpText(shape: z.ZodRawShape): string {
  const rows = variableRows(shape)
  const widths = (['name', 'default'] as const).map((column) =>
    Math.max(...rows.map((row) => row[column].length)),
  )
  const lines = rows.map(
    (row) => `  ${row.name.padEnd(widths[0]!)}  ${row.default.padEnd(widths[1]!)}  ${row.what}\n`,
  )
  return `Reads these variables, with their defaults; docs/settings.md has more of them:\n${lines.join('')}`
}
