/** node infra/local/fetch.ts: puts in place all that the stack and its tests download or compile, so that nothing waits for it later. */
import { join } from 'node:path'
import { StackError } from './errors.ts'
import { installChromium } from './install/chromium.ts'
import { installRequirements } from './install/python-packages.ts'
import { say, seconds } from './say.ts'
import { servicesOf } from './servers/catalogue.ts'
import { readSettings, type Settings } from './settings.ts'

/** Waits for all, so that one failure does not throw away what the others have nearly done. */
async function fetchAll(settings: Settings): Promise<void> {
  const services = servicesOf({ ...settings, serversOnly: false, light: false })
  const checker = join(settings.root, 'e2e/faults/checker/requirements.txt')
  const outcomes = await Promise.allSettled([
    ...services.map((service) => service.install()),
    installRequirements(settings, 'checker', checker),
    installRequirements(settings, 'k8s-check', join(settings.root, 'infra/k8s-check/requirements.txt')),
    installRequirements(settings, 'schemathesis', join(settings.root, 'e2e/api/requirements.txt')),
    installChromium(settings),
  ])
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

try {
  const start = Date.now()
  await fetchAll(readSettings())
  say('fetch', `all is there after ${seconds(start)}`)
} catch (error) {
  if (!(error instanceof StackError)) throw error
  process.stderr.write(`\n${error.message}\n`)
  process.exitCode = 1
}
