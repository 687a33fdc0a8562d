/** Finds the JDK: JAVA_HOME when it is set, else `java` from the PATH. */
import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StackError } from '../errors.ts'
import type { Settings } from '../settings.ts'
import { findProgram } from './tool.ts'

const oldestJava = 17
const wayOut =
  'Install one (on Debian: apt-get install openjdk-17-jdk-headless) or set JAVA_HOME, then run make up again.'

export interface Java {
  readonly home: string
  readonly program: string
}

export function requireJava({ env }: Settings): Java {
  const program = env['JAVA_HOME'] ? join(env['JAVA_HOME'], 'bin/java') : findProgram('java')
  if (!program) throw new StackError(`No JDK was found: there is no java on the PATH. ${wayOut}`)
  const { error, stderr } = spawnSync(program, ['-version'], { encoding: 'utf8' })
  if (error) throw new StackError(`No JDK was found: ${program} does not run (${error.message}). ${wayOut}`)
  const version = Number(/version "(\d+)/.exec(stderr)?.[1])
  if (!(version >= oldestJava))
    throw new StackError(`${program} is Java ${version}; the servers need ${oldestJava} or newer. ${wayOut}`)
  return { home: dirname(dirname(realpathSync(program))), program }
}
