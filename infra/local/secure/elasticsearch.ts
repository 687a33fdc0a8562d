/**
 * Elasticsearch that asks who comes: users, passwords and roles in files of its configuration, because the distribution here cannot hold
 * them in an index (that wants a module which no registry has, and with it go API keys).
 */
import { copyFileSync, writeFileSync } from 'node:fs'
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Program } from '@dsf/dataset'
import { basicAuth } from '../probes/http.ts'
import type { Settings } from '../settings.ts'
import { certificateOf } from './certificates.ts'
import { grantsOf, writeRoles } from './grants.ts'
import { readKey, userOf, type Holder } from './keys.ts'

export const operatorHeaders = (settings: Settings): Record<string, string> =>
  settings.secure ? basicAuth('admin', readKey(settings, 'admin', 'elasticsearch-password')) : {}

/** Puts certificate, users and roles into its folder, and returns the settings that go with them. */
export function giveSecurity(settings: Settings, home: string) {
  const config = join(home, 'config')
  const { cert, key } = certificateOf(settings, 'elasticsearch')
  copyFileSync(cert, join(config, 'http.crt'))
  copyFileSync(key, join(config, 'http.key'))
  const grants = grantsOf(settings)
  writeRoles(config, grants)
  const mode = { mode: 0o600 }
  for (const [file, text] of Object.entries(usersFiles(settings, [...grants.roles.keys()])))
    writeFileSync(join(config, file), text, mode)
  return {
    'xpack.security.enabled': true,
    'xpack.security.enrollment.enabled': false,
    'xpack.security.http.ssl.enabled': true,
    'xpack.security.http.ssl.certificate': 'http.crt',
    'xpack.security.http.ssl.key': 'http.key',
    'xpack.security.authc.password_hashing.algorithm': 'pbkdf2',
    // how soon it sees that one of these files has changed
    'resource.reload.interval.high': '1s',
  }
}

/** Of the operator, and of each program that has a role of its name. */
export function usersFiles(settings: Pick<Settings, 'runDir'>, programs: readonly Program[]) {
  const users: [Holder, string][] = [
    ['admin', 'superuser'],
    ...programs.map((name) => [name, userOf(name)] satisfies [Holder, string]),
  ]
  const hashed = (user: Holder) => hashOf(readKey(settings, user, 'elasticsearch-password'))
  return {
    users: users.map(([user]) => `${userOf(user)}:${hashed(user)}\n`).join(''),
    users_roles: users.map(([user, role]) => `${role}:${userOf(user)}\n`).join(''),
  }
}

const rounds = 10_000

/** In the words of Elasticsearch's file of users. */
function hashOf(password: string): string {
  const salt = randomBytes(16)
  const hash = pbkdf2Sync(password, salt, rounds, 32, 'sha512')
  return `{PBKDF2}${rounds}$${salt.toString('base64')}$${hash.toString('base64')}`
}
