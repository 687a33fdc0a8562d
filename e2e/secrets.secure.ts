/** Where the passwords of servers that ask who comes do not stand. Needs SECURE=1. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readProc } from '../infra/local/processes/proc.ts'
import { membersOf, readRecords } from '../infra/local/processes/record.ts'
import { holders, readKey } from '../infra/local/secure/keys.ts'
import { runDir, settings } from './support/stack.ts'

const kinds = ['kafka-password', 'registry-password', 'elasticsearch-password', 's3-secret-key'] as const

const secrets = () => holders.flatMap((holder) => kinds.map((kind) => readKey(settings, holder, kind)))

/** Names of the texts that have one in them. */
const telling = (texts: readonly [name: string, text: string][]): string[] =>
  texts.flatMap(([name, text]) => (secrets().some((secret) => text.includes(secret)) ? [name] : []))

it('in no list of processes, and in no environment', () => {
  const running = readRecords(runDir).flatMap((record) =>
    membersOf(record).flatMap((pid) =>
      ['cmdline', 'environ'].map((file): [string, string] => [
        `${file} of ${record.name}`,
        readProc(`${pid}/${file}`) ?? '',
      ]),
    ),
  )
  expect(running.filter(([name, text]) => name.startsWith('environ') && text.length > 0)).not.toEqual([])
  expect(telling(running)).toEqual([])
})

it('in no log, and in no file of settings that a server was given', () => {
  const files = globSync(['logs/**/*.log*', 'data/**/*.{properties,cfg,yml}', 'data/**/config/users'], {
    cwd: runDir,
  })
  expect(files.length).toBeGreaterThan(10)
  expect(telling(files.map((file) => [file, readFileSync(join(runDir, file), 'utf8')]))).toEqual([])
})
