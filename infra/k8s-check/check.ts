/** make check: every overlay, and each component on the base, can be rendered, and what comes out is right by Kubernetes' own schemas and by rules.py; alerts fire when they should. */
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { StackError } from '../local/errors.ts'
import { installFromGo } from '../local/install/go.ts'
import { installRequirements } from '../local/install/python-packages.ts'
import { findProgram } from '../local/install/tool.ts'
import { readSettings, type Settings } from '../local/settings.ts'
import { kustomize } from '../local/versions.ts'
import { promtool } from './promtool.ts'

const folder = 'node_modules/.cache/k8s'

async function check(settings: Settings): Promise<number> {
  const requirements = join(import.meta.dirname, 'requirements.txt')
  const [python, render] = await Promise.all([
    installRequirements(settings, 'k8s-check', requirements),
    renderer(settings),
  ])
  const work = join(settings.root, folder)
  rmSync(work, { recursive: true, force: true })
  const files = kustomizations(settings.root, work).map((from) => {
    const file = join(work, `${basename(from)}.rendered.yaml`)
    writeFileSync(file, render(from))
    return file
  })
  const run = (name: string, ...args: string[]) =>
    spawnSync(join(python, 'bin/python'), [join(import.meta.dirname, name), ...args], { stdio: 'inherit' })
      .status ?? 1
  const alerts = [
    join(work, 'base-with-monitoring.rendered.yaml'),
    join(import.meta.dirname, 'alerts.test.yaml'),
  ]
  return run('rules.py', ...files) || run('alerts.py', await promtool(settings), ...alerts)
}

/** The overlays, the servers of operators, and each component alone on the base. */
function kustomizations(root: string, work: string): string[] {
  const overlays = globSync(join(root, 'k8s/overlays/*/kustomization.yaml')).map(dirname)
  const components = globSync(join(root, 'k8s/components/*/kustomization.yaml')).map(dirname)
  const servers = ['strimzi', 'eck'].map((name) => join(root, 'k8s', name))
  const alone = components.map((component) => withOne(root, work, component))
  return [...overlays, ...servers, everything(root, work), ...alone]
}

/** What a component needs that is not in the base. */
const needs: Record<string, { components: string[]; lines: string[] }> = {
  'spark-executors': {
    components: ['spark-jobs'],
    lines: ['  - { name: spark-image, literals: [SPARK_IMAGE=dsf/spark] }'],
  },
}

function withOne(root: string, work: string, component: string): string {
  const { components = [], lines = [] } = needs[basename(component)] ?? {}
  const needed = components.map((name) => join(root, 'k8s/components', name))
  const paths = [join(root, 'datasets'), ...needed, component]
  return write(join(work, `base-with-${basename(component)}`), (own) => [
    'kind: Kustomization',
    // of the overlays: names with a hash are followed within a namespace
    'namespace: dsf',
    `resources: [${relative(own, join(root, 'k8s/base'))}]`,
    `components: [${paths.map((path) => relative(own, path)).join(', ')}]`,
    'configMapGenerator:',
    '  - { name: settings, behavior: merge, literals: [KAFKA_BROKERS=kafka:9092] }',
    ...lines,
  ])
}

/** The overlay that is copied, with every line of it that may be taken in, and the patches that docs/deploy.md shows. */
function everything(root: string, work: string): string {
  const text = readFileSync(join(root, 'k8s/overlays/prod/kustomization.yaml'), 'utf8')
  const taken = text.replaceAll(/^( *)# - /gm, '$1- ')
  const page = readFileSync(join(root, 'docs/deploy.md'), 'utf8')
  const [, patches] = /```yaml\n(patches:\n[^`]*)```/.exec(page) ?? []
  if (patches === undefined) throw new StackError('docs/deploy.md shows no patches: expected a block of YAML')
  return write(join(work, 'prod-with-everything'), (own) => [
    taken.replaceAll(/(?:\.\.\/)+(?=\w)/g, (up) => `${relative(own, join(root, 'k8s/overlays/prod', up))}/`),
    patches,
  ])
}

function write(folder: string, lines: (folder: string) => string[]): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'kustomization.yaml'), `${lines(folder).join('\n')}\n`)
  return folder
}

/** kubectl has kustomize in it; where there is none, kustomize alone. */
async function renderer(settings: Settings): Promise<(from: string) => string> {
  const [program, ...args] = findProgram('kubectl')
    ? ['kubectl', 'kustomize']
    : [join(await installFromGo(settings, 'kustomize', kustomize), 'kustomize'), 'build']
  return (from) => {
    try {
      return execFileSync(program, [...args, from], { encoding: 'utf8', stdio: 'pipe' })
    } catch (error) {
      throw new StackError(
        `${relative(settings.root, from)} cannot be rendered: ${String((error as { stderr?: string }).stderr)}`,
      )
    }
  }
}

try {
  process.exitCode = await check(readSettings())
} catch (error) {
  if (!(error instanceof StackError)) throw error
  process.stderr.write(`\n${error.message}\n`)
  process.exitCode = 1
}
