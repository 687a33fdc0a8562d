import { relative } from 'node:path'
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'

/** Names what failed as the very last lines, behind the servers that stop: often the end of a log is all that one has. */
export default class FailuresLast implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const lines = [...modules.flatMap(failuresOf), ...errors.map(({ message }) => message ?? 'unknown error')]
    if (lines.length > 0) process.once('exit', () => console.error(['', 'Failed:', ...lines].join('\n')))
  }
}

function failuresOf(module: TestModule): string[] {
  const file = relative(process.cwd(), module.moduleId)
  const own = module.errors().map(({ message }) => lineOf(file, message))
  return [...own, ...[...module.children.allTests('failed')].map((test) => failureOf(file, test))]
}

const failureOf = (file: string, test: TestCase): string =>
  lineOf(`${file} > ${test.fullName}`, test.result().errors?.[0]?.message ?? '')

const lineOf = (place: string, message: string): string => `- ${place}: ${message.slice(0, 500)}`
