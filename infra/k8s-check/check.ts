/** make check: every overlay, and each component on the base, can be rendered, and what comes out is right by Kubernetes' own schemas and by rules.py; alerts fire when they should. */
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
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

/** The overlays, and a kustomization for each component alone. */
function kustomizations(root: string, work: string): string[] {
  const overlays = globSync(join(root, 'k8s/overlays/*/kustomization.yaml')).map(dirname)
  const components = globSync(join(root, 'k8s/components/*/kustomization.yaml')).map(dirname)
  const strimzi = join(root, 'k8s/strimzi')
  return [...overlays, strimzi, ...components.map((component) => alone(root, work, component))]
}

/** What a component patches that is not in the base. */
const needs: Record<string, string[]> = { 'spark-executors': ['spark-jobs'] }

function alone(root: string, work: string, component: string): string {
  const needed = (needs[basename(component)] ?? []).map((name) => join(root, 'k8s/components', name))
  const own = join(work, `base-with-${basename(component)}`)
  mkdirSync(own, { recursive: true })
  const lines = [
    'kind: Kustomization',
    // of the overlays: names with a hash are followed within a namespace
    'namespace: dsf',
    `resources: [${relative(own, join(root, 'k8s/base'))}]`,
    `components: [${[join(root, 'datasets'), ...needed, component].map((path) => relative(own, path)).join(', ')}]`,
  ]
  writeFileSync(join(own, 'kustomization.yaml'), `${lines.join('\n')}\n`)
  return own
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
