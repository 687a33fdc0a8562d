/** One thing that is wrong with a definition: the JSON path, and what was expected there. */
export interface DefinitionProblem {
  path: string
  expected: string
}

/** Notes a problem, so that all of a definition are told at once. */
export type Refuse = (path: string, expected: string) => void

/** A dataset definition that cannot be used. The message names the file, and of each problem the JSON path and what was expected there. */
export class DefinitionError extends Error {
  override name = 'DefinitionError'
  readonly file: string
  /** of the first problem */
  readonly path: string
  readonly problems: DefinitionProblem[]

  constructor(file: string, path: string, expected: string, others: DefinitionProblem[] = []) {
    const problems = [{ path, expected }, ...others]
    super(
      others.length === 0 ? `${file}${path ? ` at ${path}` : ''}: ${expected}` : `${file}: ${list(problems)}`,
    )
    this.file = file
    this.path = path
    this.problems = problems
  }

  /** A line for each problem, without the file. */
  get sentences(): string[] {
    return this.problems.map(sentence)
  }
}

const sentence = ({ path, expected }: DefinitionProblem) => (path ? `${path}: ${expected}` : expected)

/** Enough to work with: a file that is something else altogether has thousands. */
const mostShown = 50

function list(problems: DefinitionProblem[]): string {
  const lines = problems.slice(0, mostShown).map((problem) => `\n  ${sentence(problem)}`)
  const more = problems.length - lines.length
  return `${problems.length} problems${lines.join('')}${more > 0 ? `\n  and ${more} more` : ''}`
}

/** Throws when a problem was noted. */
export function throwAll(file: string, [first, ...others]: DefinitionProblem[]): void {
  if (first) throw new DefinitionError(file, first.path, first.expected, others)
}
