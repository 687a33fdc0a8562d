import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { repositoryRoot } from '../local/settings.ts'
import { kafkaCommands, kafkaRights, policyOf, programOf, roleOf, type RightsOptions } from './rights.ts'
import { listTopics } from './topics.ts'

const datasets = join(repositoryRoot, 'datasets')

describe('rights', () => {
  it('are never those of all datasets because a folder was empty, or named by nothing', () => {
    const empty = mkdtempSync(join(tmpdir(), 'dsf-rights-'))
    expect(() => kafkaRights('cleaner', { datasets: '' })).toThrow('--datasets is empty: name a folder')
    expect(() => policyOf('ingestor', { datasets: empty })).toThrow(
      `${empty} has no folder with a datapackage.json`,
    )
    expect(() => listTopics(empty, {})).toThrow(`${empty} has no folder with a datapackage.json`)
    rmSync(empty, { recursive: true })
  })

  it.each<RightsOptions>([
    { prefix: 'team;id>x ' },
    { prefix: "team'" },
    { 'index-prefix': '*' },
    { bucket: '' },
    { bucket: '*' },
    { principal: '' },
  ])('are not printed for %j', (wrong) => {
    expect(() => [kafkaRights('indexer', wrong), roleOf('indexer', wrong)]).toThrow(
      new RegExp(`^--${Object.keys(wrong)[0]} is `),
    )
  })

  it('of a program whose name has an underscore are those of a user with a hyphen, and found by both', () => {
    const [{ principal } = { principal: '' }] = kafkaRights(programOf('csv-profile'), { datasets }).rights
    expect([principal, programOf('csv_profile')]).toEqual(['User:csv-profile', 'csv_profile'])
  })

  it('on a server that a program never asks are none, and it is said', () => {
    expect(() => kafkaRights('audit', { datasets })).toThrow(
      'audit asks nothing of Kafka: it needs no rights there',
    )
  })

  it('come to the right principal through a shell, whatever its name', () => {
    const principal = `CN=it's $(id), "us"; O=\\x`
    const [line] = kafkaCommands(kafkaRights('cleaner', { datasets, principal })).split('\n')
    const script = line!.replace('kafka-acls.sh', `printf '%s\\n'`)
    const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n')
    expect(words[words.indexOf('--allow-principal') + 1]).toBe(`User:${principal}`)
  })
})

describe('topics', () => {
  it('are not listed with more replicas that must have a record than there are', () => {
    expect(() => listTopics(datasets, { replicas: '1', 'min-insync': '2' })).toThrow(
      '--min-insync 2 is more than --replicas 1',
    )
    expect(listTopics(datasets, { replicas: '2', 'min-insync': '2' }).topics.length).toBeGreaterThan(0)
  })

  it('are not listed for a prefix that is no part of a name', () => {
    expect(() => listTopics(datasets, { prefix: 'team;id>x ' })).toThrow(
      '--prefix is "team;id>x ": expected it to match',
    )
  })
})
