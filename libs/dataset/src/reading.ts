import { z } from 'zod'

/** How rows are read beyond what the dialect says. */
export const reading = z.strictObject({
  footer: z
    .array(z.string().regex(/^[^\0\r\n]{1,100}$/, 'expected the beginning of a line, of 1 to 100 characters'))
    .min(1)
    .max(10)
    .optional()
    .describe('what a line begins with that is no row, and behind which there are none'),
})

export type Reading = z.infer<typeof reading>
