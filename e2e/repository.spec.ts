/** What the design promises about the tree, held by reading the tree. */
import { basename, dirname, join, matchesGlob } from 'node:path'
import { describe, expect, test } from 'vitest'
import { nodeFlags, stageNames } from '../infra/local/servers/stages.ts'
import { flow, type Way } from '../libs/dataset/src/flow/flow.ts'
import { topicKinds } from '../libs/dataset/src/records/topics.ts'
import vitestConfig from '../vitest.config.ts'
import { files, json, lines, read, sources, words } from './support/tree.ts'

const packagesIn = (folder: string) =>
  files.flatMap((path) => words(path, new RegExp(String.raw`^${folder}/([^/]+)/package\.json$`, 'g')))
const apps = packagesIn('apps')
const libs = packagesIn('libs')

describe.each(apps)('apps/%s', (app) => {
  test.each(['package.json', 'tsconfig.json', 'src/main.ts', `src/${app}.stage.ts`, 'src/config.ts'])(
    'has %s',
    (noun) => {
      expect(files).toContain(`apps/${app}/${noun}`)
    },
  )

  test('only wires in main.ts', () => {
    expect(lines(read(`apps/${app}/src/main.ts`)).length).toBeLessThanOrEqual(20)
  })

  test('carries the name of its folder', () => {
    expect(json(`apps/${app}/package.json`).name).toBe(`@dsf/${app}`)
    expect(read(`apps/${app}/src/${app}.stage.ts`)).toContain(`name: '${app}'`)
  })
})

test('the local stack starts every app', () => {
  expect([...stageNames].sort()).toEqual(apps.toSorted())
})

test('a stage has the same flags of Node wherever it is started', () => {
  const image = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(read('Dockerfile'))![1]!) as string[]
  expect(image.slice(1, -1)).toEqual(nodeFlags)
  for (const app of apps)
    expect(json(`apps/${app}/package.json`).scripts.start.split(' ').slice(1, -1)).toEqual(nodeFlags)
})

test('every package is compiled by tsc -b', () => {
  const packages = [...apps.map((app) => `apps/${app}`), ...libs.map((lib) => `libs/${lib}`)]
  const references = json('tsconfig.json').references.map(({ path }: { path: string }) => path)
  expect(references).toEqual(expect.arrayContaining(packages))
})

describe('topics', () => {
  const ways: Way[] = Object.values(flow)
  /** a Spark job writes it */
  const written = new Set(['profile', ...ways.flatMap(({ writes }) => writes)])
  // a changelog is read back by the stage that writes it
  const changelogs = apps.flatMap((app) =>
    words(read(`apps/${app}/src/${app}.stage.ts`), /state: \{ changelog: '(\w+)'/g),
  )
  const consumed = new Set([...changelogs, ...ways.flatMap(({ reads }) => reads)])

  test.each(topicKinds)('%s has a producer and a consumer', (kind) => {
    expect({ written: written.has(kind), consumed: consumed.has(kind) }).toEqual({
      written: true,
      consumed: true,
    })
  })

  test('every app has its part of the way', () => {
    expect(Object.keys(flow).toSorted()).toEqual(apps.toSorted())
    for (const app of apps)
      expect(read(`apps/${app}/src/${app}.stage.ts`)).toMatch(
        new RegExp(String.raw`\.\.\.flow(\.${app}|\['${app}'\]),`),
      )
  })

  test.each(apps)('%s takes its part of the way as it is, and says nothing of it again', (app) => {
    const ofWay: Record<keyof Way, true> = {
      ...{ reads: true, writes: true, passes: true, routes: true, countsInto: true },
    }
    const stage = read(`apps/${app}/src/${app}.stage.ts`)
    const [, indent = ''] = /^( +)\.\.\.flow\b/m.exec(stage) ?? []
    const said = words(stage, new RegExp(String.raw`^${indent}(?:async )?['"]?(\w+)['"]?(?=[:,(])`, 'gm'))
    expect(said).toContain('name')
    expect(said.filter((word) => word in ofWay)).toEqual([])
  })
})

test.each([
  'libs/dataset-py',
  'libs/client-py',
  'libs/connect-py',
  'spark',
  'batch',
  'airflow',
  'e2e/faults/checker',
])('%s imports of our Python only itself and the libraries', (folder) => {
  const python = files.filter((path) => path.endsWith('.py'))
  const modulesOf = (part: string) =>
    python
      .filter((path) => path.startsWith(`${part}/`))
      .map((path) => path.split('/')[part.split('/').length]!)
  const others = ['spark', 'batch', 'airflow'].filter((part) => part !== folder).flatMap(modulesOf)
  const foreign = new Set(
    others.map((module) => module.replace('.py', '')).filter((module) => module !== 'tests'),
  )
  const imported = python
    .filter((path) => path.startsWith(`${folder}/`))
    .flatMap((path) => words(read(path), /^\s*(?:from|import) (\w+)/gm).map((module) => ({ path, module })))
  expect(imported.length).toBeGreaterThan(0)
  expect(imported.filter(({ module }) => foreign.has(module))).toEqual([])
})

describe('tests', () => {
  const tiers = vitestConfig.test!.projects!.map((project) => {
    if (typeof project !== 'object' || !('test' in project))
      throw new Error('a tier is an object in vitest.config.ts')
    return project.test!.include!
  })
  const ofTier = (path: string) => tiers.filter((globs) => globs.some((glob) => matchesGlob(path, glob)))
  const runs = /import \{[^}]*\b(?:test|it|describe)\b[^}]*\} from ['"]vitest['"]/
  const suites = sources.filter((path) => /\.(spec|it|e2e|test)\.ts$/.test(path) || runs.test(read(path)))

  test('every file of tests runs in one tier, or is a kit that one of them calls', () => {
    const called = suites.flatMap((path) =>
      words(read(path), /from '(\.[^']*\/testing\/[^']+)'/g).map((kit) => join(dirname(path), kit)),
    )
    expect(suites.filter((path) => ofTier(path).length !== 1 && !called.includes(path))).toEqual([])
  })

  test('a spec is named after the file beside it; one of several has an idea of its own behind that', () => {
    const specs = suites.filter((path) => /^(apps|libs)\/.*\.spec\.ts$/.test(path))
    const odd = specs.filter(
      (path) =>
        !files.includes(path.replace(/(\.[a-z-]+)?\.spec\.ts$/, '.ts')) &&
        !basename(path).includes('-patch.'),
    )
    expect(odd).toEqual([])
  })
})

test('no file imports itself by way of others, not even for a type', () => {
  const imports = new Map(
    sources.map((path) => {
      const froms = words(read(path), /(?:from|import) *\(?\s*'(\.[^']+)'/g)
      return [path, froms.map((from) => join(dirname(path), from)).filter((other) => sources.includes(other))]
    }),
  )
  // whoever imports none of those that are left is in no circle
  const ends = () => [...imports].filter(([, others]) => !others.some((other) => imports.has(other)))
  for (let found = ends(); found.length > 0; found = ends()) for (const [path] of found) imports.delete(path)
  expect([...imports.keys()]).toEqual([])
})

test('nx.json stays a table of rules', () => {
  expect(lines(read('nx.json')).length).toBeLessThan(50)
  expect(files.filter((path) => basename(path) === 'project.json')).toEqual([])
})
