import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryRoot } from '../local/settings.ts'
import { commands, usage } from './commands.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dsf-'))
  symlinkSync(join(repositoryRoot, 'infra/cli/bin/dsf'), join(folder, 'dsf'))
  cpSync(join(repositoryRoot, 'datasets/seattle-weather'), join(folder, 'seattle-weather'), {
    recursive: true,
  })
})
afterAll(() => rmSync(folder, { recursive: true }))

/** From another folder, through a link, where the system has no Node at all. */
const dsf = (...args: string[]) =>
  new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    execFile('./dsf', args, { cwd: folder, env: { PATH: '/usr/bin:/bin' } }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })

// each is a process, and the machine may be busy
describe('dsf', { timeout: 60_000 }, () => {
  it('explains every command, from any folder, whichever Node the system has', async () => {
    expect(await dsf('--help')).toEqual({ status: 0, stdout: `${usage}\n`, stderr: '' })
    const explained = usage.split('\n').map((line) => line.replace(/^dsf (\w+ \w+).*/, '$1'))
    expect(explained).toEqual(expect.arrayContaining(Object.keys(commands)))
  })

  it('is called wrongly with exit code 2', async () => {
    const wrong = [[], ['runs', 'show'], ['runs', 'list', 'x']]
    const told = await Promise.all(wrong.map((args) => dsf(...args)))
    for (const answer of told)
      expect(answer).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(usage) })
  })

  it('says what is wrong with a number, a name, a file and an argument too many', async () => {
    const asked = [
      ['dataset', 'try', 'seattle-weather/sample.csv', '--limit', 'abc'],
      ['dataset', 'try', 'https://example.org/a.csv'],
      ['dataset', 'try', 'dsf'],
      ['runs', 'list', 'x'],
    ]
    const told = await Promise.all(asked.map((args) => dsf(...args)))
    expect(told.map(({ status, stderr }) => [status, stderr.split('\n')[0]])).toEqual([
      [1, '--limit abc is no number of rows'],
      [1, 'there is no file https://example.org/a.csv: what a server has is downloaded first'],
      [1, `${folder} has no datapackage.json: name the folder of a dataset with --dataset`],
      [2, 'runs list takes options alone'],
    ])
  })

  it('says who does not answer', async () => {
    const nobody = ['--url', 'http://127.0.0.1:1']
    const told = await Promise.all(['show', 'start'].map((verb) => dsf('runs', verb, 'x', ...nobody)))
    for (const answer of told)
      expect(answer).toEqual({
        status: 1,
        stdout: '',
        stderr: expect.stringMatching(/^no ingestor answers at http:\/\/127\.0\.0\.1:1 \(.+\)/),
      })
  })

  it('makes a definition of a file, which it then accepts', async () => {
    const made = await dsf(
      'dataset',
      'init',
      'seattle-weather/sample.csv',
      '--name',
      'made',
      '--into',
      'new',
      '--dry',
    )
    expect(made).toMatchObject({ status: 0, stdout: expect.stringMatching(/^primary key +date +/m) })
    expect(made.stderr).toContain('new/made/datapackage.json and sample.csv')
    expect(await dsf('dataset', 'check', 'new')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('made     6       date'),
    })
    const tried = await dsf('dataset', 'try', 'new/made/sample.csv', '--limit', '1')
    expect(tried.stdout).toMatch(/^1 +clean +\{"date":"2012-01-01",/m)
    expect(tried.stderr).toMatch(/^made: \d+ rows read, /)
  })

  it('shows the first rows of a file, whatever became of them', async () => {
    writeFileSync(join(folder, 'short.csv'), 'a,b\n1,2\n3\n5,\n')
    const { status, stderr } = await dsf('dataset', 'init', 'short.csv', '--into', 'new', '--dry')
    expect(status).toBe(0)
    expect(stderr).toContain('1    clean    1  2')
    expect(stderr).toMatch(/^2    refused +row: unreadable, wrong number of cells: 1, expected 2$/m)
  })

  it('prints what makes the topics of a dataset, and what lets a program at them', async () => {
    const topics = await dsf(
      'topics',
      'list',
      '.',
      '--prefix',
      'team.',
      '--replicas',
      '3',
      '--min-insync',
      '2',
    )
    expect(topics.stderr).toBe('')
    expect(topics.stdout.trimEnd().split('\n')).toHaveLength(10)
    expect(topics.stdout).toMatch(
      /--create --if-not-exists --topic team\.seattle-weather\.raw --partitions \d+ --replication-factor 3 .*min\.insync\.replicas=2\n/,
    )
    const rights = await dsf(
      'rights',
      'kafka',
      'cleaner',
      '--datasets',
      '.',
      '--prefix',
      'team.',
      '--principal',
      'c',
    )
    expect(rights.stdout).toContain(
      "--add --allow-principal 'User:c' --topic 'team.seattle-weather.raw' --resource-pattern-type literal --operation Read --operation Describe\n",
    )
    const none = await dsf('rights', 's3', 'cleaner')
    expect(none).toEqual({
      status: 1,
      stdout: '',
      stderr: 'cleaner asks nothing of the object store: it needs no rights there\n',
    })
  })

  it('checks the definitions of a folder as a stage reads them', async () => {
    expect(await dsf('dataset', 'check', '.')).toEqual({
      status: 0,
      stdout: 'dataset          fields  key\nseattle-weather  6       date\n',
      stderr: '',
    })
    const file = join(folder, 'seattle-weather/datapackage.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"number"', '"real"'))
    const refused = await dsf('dataset', 'check', 'seattle-weather')
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toContain(`${file} at /resources/0/schema/fields/`)
    expect(refused.stderr).not.toMatch(/^ +at /m)
    const all = await dsf('dataset', 'check', '.')
    expect(all).toMatchObject({ status: 1, stdout: '' })
    expect(all.stderr).toContain(`${file} /resources/0/schema/fields/`)
    expect((await dsf('dataset', 'check', file)).stderr).toContain('is no folder')
  })
})
