import { spawnSync } from 'node:child_process'
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
function dsf(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('./dsf', args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  })
  return { status, stdout, stderr }
}

describe('dsf', () => {
  it('explains every command, from any folder, whichever Node the system has', () => {
    expect(dsf('--help')).toEqual({ status: 0, stdout: `${usage}\n`, stderr: '' })
    const explained = usage.split('\n').map((line) => line.replace(/^dsf (\w+ \w+).*/, '$1'))
    expect(explained).toEqual(expect.arrayContaining(Object.keys(commands)))
  })

  it('is called wrongly with exit code 2', () => {
    expect(dsf()).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(usage) })
    expect(dsf('runs', 'show')).toMatchObject({ status: 2 })
    expect(dsf('runs', 'show', 'x', '--url', 'http://127.0.0.1:1').stderr).toMatch(/^a stack has two ends/)
  })

  it('checks the definitions of a folder as a stage reads them', () => {
    expect(dsf('dataset', 'check', '.')).toEqual({
      status: 0,
      stdout: 'dataset          fields  key\nseattle-weather  6       date\n',
      stderr: '',
    })
    const file = join(folder, 'seattle-weather/datapackage.json')
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('"integer"', '"whole"').replace('"number"', '"real"'),
    )
    const refused = dsf('dataset', 'check', 'seattle-weather')
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toContain(`${file} at /resources/0/schema/fields/`)
    expect(refused.stderr).not.toMatch(/^ +at /m)
  })
})
