import fc from 'fast-check'

/** Something that must hold of anything that is made up for it. */
export interface Property {
  name: string
  check: (effort: Effort) => Promise<Checked>
}

interface Effort {
  seed: number
  runs: number
  /** after so long it ends, however many runs are left */
  ms?: number
}

interface Checked {
  runs: number
  /** in words what it does not hold of, made as small as can be */
  broken?: string
}

/** No single run may take so long: then it hangs, or grows faster than what it reads. */
const longestMs = 20_000

export function property<T>(name: string, make: () => fc.IAsyncProperty<T>): Property {
  return {
    name,
    check: async ({ seed, runs, ms }) => {
      const plugins = [
        fc.timeout(longestMs),
        ...(ms ? [fc.interruptAfterTimeLimit(ms)] : []),
      ] as fc.Plugin<T>[]
      const found = await fc.check(make(), { seed, numRuns: runs, plugins })
      return { runs: found.numRuns, broken: fc.defaultReportMessage(found) }
    },
  }
}

/** Without a test runner around it, because it also runs for half an hour by itself. */
export function expectEqual(found: unknown, right: unknown): void {
  const [one, other] = [found, right].map((value) =>
    JSON.stringify(value, (_, part: unknown) => (part === undefined ? null : part)),
  )
  if (one !== other) throw new Error(`found ${one}, right is ${other}`)
}
