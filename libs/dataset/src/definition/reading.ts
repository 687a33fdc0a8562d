import { z } from 'zod'

const tolerances = [
  'shortRows',
  'longRows',
  'trailingDelimiter',
  'blankRows',
  'nulBytes',
  'unknownCharacters',
] as const

/** How rows are read beyond what the dialect says. */
export const reading = z.strictObject({
  footer: z
    .array(
      z
        .string()
        .regex(
          /^[^\0\r\n\ud800-\udfff]{1,100}$/u,
          'expected the beginning of a line, of 1 to 100 characters',
        ),
    )
    .min(1)
    .max(10)
    .optional()
    .describe('what a line begins with that is no row, and behind which there are none'),
  tolerate: z
    .array(z.enum(tolerances))
    .min(1)
    .optional()
    .describe('what is let pass, and counted, instead of refused'),
})

export type Tolerance = (typeof tolerances)[number]
export type Reading = z.infer<typeof reading>
