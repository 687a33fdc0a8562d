/** The keys of this stack's object store: random, so that no default password ever leaves a developer's machine. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Settings } from './settings.ts'

export interface Credentials {
  readonly accessKey: string
  readonly secretKey: string
}

export function credentialsFor({ runDir }: Pick<Settings, 'runDir'>): Credentials {
  const file = join(runDir, 'credentials.json')
  if (!existsSync(file))
    writeSecret(file, {
      accessKey: `dsf${randomBytes(8).toString('hex')}`,
      secretKey: randomBytes(20).toString('hex'),
    })
  return JSON.parse(readFileSync(file, 'utf8')) as Credentials
}

export function writeSecret(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
}
