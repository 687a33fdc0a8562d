/** Runs a program of the cluster's to its end. */
import { execFile, execFileSync } from 'node:child_process'
import { StackError } from '../local/errors.ts'
import { containerdSocket, type ClusterSettings } from './settings.ts'

const limits = { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 } as const

/** Its standard output. @throws StackError with what it said */
export function run(program: string, args: readonly string[], input?: string): string {
  try {
    return execFileSync(program, args, { ...limits, input, stdio: 'pipe' })
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    throw new StackError(`${program} ${args.join(' ')} failed: ${(stderr || message).trim()}`)
  }
}

/** For what may be gone already. */
export function tryRun(program: string, args: readonly string[]): string {
  try {
    return run(program, args)
  } catch {
    return ''
  }
}

/** Its standard output; nothing else of this process waits meanwhile. @throws StackError with what it said */
export function kubectl(
  { kubeconfig }: ClusterSettings,
  args: readonly string[],
  input = '',
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = execFile(
    'kubectl',
    ['--kubeconfig', kubeconfig, ...args],
    limits,
    (error, stdout, stderr) => {
      if (error)
        reject(new StackError(`kubectl ${args.join(' ')} failed: ${(stderr || error.message).trim()}`))
      else resolve(stdout)
    },
  )
  // one that ends without reading it all tells why by itself
  child.stdin?.on('error', () => undefined).end(input)
  return promise
}

/** On the server, as docs/deploy.md says it. What somebody changed by hand is as the tree has it again. */
export const apply = (settings: ClusterSettings, from: readonly string[], input = ''): Promise<string> =>
  kubectl(settings, ['apply', '--server-side', '--force-conflicts', ...from], input)

export const ctrArgs = (settings: ClusterSettings, ...args: string[]): string[] => [
  ...['--address', containerdSocket(settings), '--namespace', 'k8s.io'],
  ...args,
]
