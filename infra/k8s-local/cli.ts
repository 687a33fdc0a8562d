/** The commands behind the Makefile: node infra/k8s-local/cli.ts <up|down|images|demo>. */
import { StackError } from '../local/errors.ts'
import { startCluster, stopCluster } from './cluster.ts'
import { demo } from './demo.ts'
import { namesFor } from './images/catalogue.ts'
import { makeImages } from './images/images.ts'
import { readClusterSettings, type ClusterSettings } from './settings.ts'

const commands: Record<string, (settings: ClusterSettings) => Promise<number | void>> = {
  up: startCluster,
  down: stopCluster,
  images: async (settings) => void (await makeImages(settings, namesFor(settings))),
  demo,
}

try {
  const command = commands[process.argv[2] ?? '']
  if (!command) throw new StackError(`Choose one of ${Object.keys(commands).join(', ')}.`)
  process.exitCode = (await command(readClusterSettings())) ?? 0
} catch (error) {
  if (!(error instanceof StackError)) throw error
  process.stderr.write(`\n${error.message}\n`)
  process.exitCode = 1
}
