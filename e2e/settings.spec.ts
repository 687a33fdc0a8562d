/** What a stage is told, and what it depends on: docs/settings.md is held equal to the code. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { stages } from '../infra/local/servers/stages.ts'
import { readSettings } from '../infra/local/settings.ts'
import { programs, type Program } from '../libs/dataset/src/flow/programs.ts'
import { rightsOf, topicRights } from '../libs/dataset/src/flow/rights.ts'

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
  vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('ended')
  })
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
  return row(
    program,
    ...cells,
    role ? role.indices.flatMap(({ privileges }) => privileges).join(', ') : 'none',
  )
}

describe('the local stack', () => {
  /** Which of its servers ask who comes, and by what, is the choice of its profile. */
  const ofItsServers =
    /^(KAFKA_(SECURITY|SASL|SSL|OAUTH)_|SCHEMA_REGISTRY_(?!PREFIX)|S3_|AWS_|ELASTICSEARCH_(?!INDEX_PREFIX))/

  /** Those that a stage is started with when the user has set every one that there is. */
  async function told(names: string[]): Promise<Set<string>> {
    const usual = { RUN_DIR: '.run/never', SIMULATE: 'true' }
    const env = { ...Object.fromEntries(names.map((name) => [name, '1'])), ...usual }
    const set = new Set<string>()
    for (const stage of stages(readSettings(env), []))
      for (const name of Object.keys((await stage.command()).env ?? {})) set.add(name)
    return set
  }
  const known = async () => {
    const found = new Map<string, string>()
    for (const app of apps) for (const [name, usual] of await helpOf(app)) found.set(name, usual)
    return found
  }

  it('sets every variable that must be set', async () => {
    const set = await told([])
    const needed = [...(await known())].filter(([, usual]) => usual === 'must be set').map(([name]) => name)
    expect(needed.filter((name) => !set.has(name))).toEqual([])
  })

  it('passes on every variable that is the choice of the user', async () => {
    const names = [...(await known()).keys()]
    const set = await told(names)
    expect(names.filter((name) => !set.has(name) && !ofItsServers.test(name))).toEqual([])
  })

  it('sets no variable that nobody reads', async () => {
    const names = await known()
    expect([...(await told([...names.keys()]))].filter((name) => !names.has(name))).toEqual([])
  })
})
