/** What a stage is told, and what it depends on: docs/settings.md is held equal to the code. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { stages } from '../infra/local/servers/stages.ts'
import { readSettings } from '../infra/local/settings.ts'
import { rightsOf, programs, topicRights, type Program } from '../libs/dataset/src/rights.ts'

const root = resolve(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/settings.md'), 'utf8')
const apps = globSync('apps/*', { cwd: root })
  .map((path) => basename(path))
  .filter((app) => existsSync(join(root, 'apps', app, 'package.json')))
  .sort()

afterEach(() => vi.restoreAllMocks())

/** As `node apps/<app>/dist/main.js --help` prints it: name, default and what it is, of each variable. */
async function helpOf(app: string): Promise<[name: string, usual: string, what: string][]> {
  const written: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  vi.spyOn(process, 'exit').mockImplementation((() => {
    throw new Error('ended')
  }) as never)
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'main.js', '--help'])
  const { config } = (await import(`../apps/${app}/src/config.ts`)) as { config: () => unknown }
  expect(config).toThrow('ended')
  vi.restoreAllMocks()
  const lines = written.join('').trimEnd().split('\n').slice(1)
  return lines.map((line) => line.trim().split(/ {2,}/) as [string, string, string])
}

async function tableOfVariables(): Promise<string[]> {
  const of = new Map<string, { usual: string; what: string; apps: string[] }>()
  for (const app of apps)
    for (const [name, usual, what] of await helpOf(app)) {
      const known = of.get(name) ?? { usual, what, apps: [] }
      of.set(name, { ...known, apps: [...known.apps, app] })
    }
  return [...of].map(([name, { usual, what, apps: its }]) => {
    const whose = its.length === apps.length ? 'every stage' : its.join(', ')
    return row(`\`${name}\``, whose, usual, what)
  })
}

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`

/** Rows of the table under a heading, without what Prettier adds. */
function rowsUnder(heading: string): string[] {
  const [, part = ''] = new RegExp(String.raw`^## ${heading}$([^]*?)(?=^## |$(?![^]))`, 'm').exec(page) ?? []
  const rows = part.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((line) => line.replace(/ +(?=\|)/g, ' ').replace(/\\\|/g, '|'))
}

describe('docs/settings.md', () => {
  it('has the variables of every stage as its --help tells them', async () => {
    expect(rowsUnder('Variables')).toEqual(await tableOfVariables())
  })

  it('says what each program asks of which server', () => {
    expect(rowsUnder('What a program depends on')).toEqual(programs.map(dependenciesOf))
  })
})

function dependenciesOf(program: Program): string {
  const { objects, role } = rightsOf(program, { datasets: ['<dataset>'] })
  const topics = topicRights(program)
  const kinds = (operation: 'Read' | 'Write') =>
    [...topics].filter(([, does]) => does.includes(operation)).map(([kind]) => kind)
  const folders = [...new Set(objects.map(({ prefix }) => prefix.split('/')[0]!))]
  const cells = [kinds('Read'), kinds('Write'), folders].map((names) => names.join(', ') || 'none')
  return row(program, ...cells, role ? role.indices.flatMap(({ privileges }) => privileges).join(', ') : 'none')
}

describe('the local stack', () => {
  const settings = readSettings({ RUN_DIR: '.run/never', SIMULATE: 'true' })
  const told = async () => {
    const set = new Set<string>()
    for (const stage of stages(settings, []))
      for (const variable of Object.keys((await stage.command()).env ?? {})) set.add(variable)
    return set
  }

  test('sets every variable that must be set', async () => {
    const set = await told()
    for (const app of apps)
      for (const [name, usual] of await helpOf(app)) if (usual === 'must be set') expect(set).toContain(name)
  })
})
