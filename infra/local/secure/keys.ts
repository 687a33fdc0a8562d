/** What each program says to a server to be let in: a password of its own for each, at random, in files that only we can read. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programs, type Program } from '@dsf/dataset'
import type { Settings } from '../settings.ts'

/** The operator: may do everything, and is what tests and tools of this machine come as. */
export type Holder = Program | 'admin'
export const holders: readonly Holder[] = [...programs, 'admin']

/** What a holder is called on every server. Names of Kubernetes, which are those of users too, have no underscore. */
export const userOf = (holder: Holder): string => holder.replaceAll('_', '-')

const kinds = [
  'kafka-password',
  'registry-password',
  'elasticsearch-password',
  's3-access-key',
  's3-secret-key',
] as const
export type KeyKind = (typeof kinds)[number]

export const keyFile = ({ runDir }: Pick<Settings, 'runDir'>, holder: Holder, kind: KeyKind) =>
  join(runDir, 'secure', 'keys', userOf(holder), kind)

export const readKey = (settings: Pick<Settings, 'runDir'>, holder: Holder, kind: KeyKind): string =>
  readFileSync(keyFile(settings, holder, kind), 'utf8').trim()

/** Makes those that are missing. */
export function makeKeys(settings: Settings): void {
  for (const holder of holders) {
    mkdirSync(join(settings.runDir, 'secure', 'keys', userOf(holder)), { recursive: true, mode: 0o700 })
    for (const kind of kinds) {
      const file = keyFile(settings, holder, kind)
      // MinIO's name of a user is its access key
      const content = kind === 's3-access-key' ? userOf(holder) : randomBytes(20).toString('hex')
      if (!existsSync(file)) writeFileSync(file, `${content}\n`, { mode: 0o600 })
    }
  }
}
