/** The schema registry: Apicurio, of which the stages use the API that is compatible with Confluent's. */
import { globSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { loopback } from '../environment.ts'
import { requireJava } from '../install/java.ts'
import { installFromMaven } from '../install/maven.ts'
import { nodeProgram } from '../install/node.ts'
import { answersOk, basicAuth } from '../probes/http.ts'
import { certificateOf } from '../secure/certificates.ts'
import { readKey } from '../secure/keys.ts'
import type { Settings } from '../settings.ts'
import { registry as pin } from '../versions.ts'
import type { Service } from './service.ts'

const api = '/apis/ccompat/v7/subjects'

/** Itself; with SECURE=1 a gate in front of it, which is what clients ask. */
export function registry(settings: Settings): Service[] {
  const { registry: port, registryBehind } = settings.ports
  return settings.secure
    ? [apicurio(settings, 'registry-behind', registryBehind), gate(settings, port)]
    : [apicurio(settings, 'registry', port)]
}

function gate(settings: Settings, port: number): Service {
  const address = `https://${loopback}:${port}`
  const { cert, key } = certificateOf(settings, 'registry')
  return {
    name: 'registry',
    needs: ['registry-behind'],
    address,
    ports: [port],
    ready: () =>
      answersOk(`${address}${api}`, basicAuth('admin', readKey(settings, 'admin', 'registry-password'))),
    install: async () => undefined,
    command: () => ({
      program: nodeProgram(settings),
      args: ['--conditions=@dsf/source', join(settings.root, 'infra/local/secure/gate.ts')],
      env: {
        GATE_PORT: String(port),
        GATE_TO: String(settings.ports.registryBehind),
        GATE_CERT: cert,
        GATE_KEY: key,
        GATE_RUN_DIR: settings.runDir,
      },
      cwd: settings.root,
    }),
  }
}

function apicurio(settings: Settings, name: string, port: number): Service {
  const dataDir = join(settings.dataDir, 'registry')
  // on disk at each commit: the records in Kafka name schemas by id, so an id that is lost makes them unreadable
  const database = `jdbc:h2:file:${join(dataDir, 'registry')};WRITE_DELAY=0;FILE_LOCK=FS`
  let runnerJar = ''
  return {
    name,
    needs: [],
    address: `http://${loopback}:${port}`,
    ports: [port],
    ready: () => answersOk(`http://${loopback}:${port}${api}`),
    async install() {
      const folder = await installFromMaven(settings, pin)
      runnerJar = globSync(join(folder, '*-runner.jar'))[0] ?? ''
    },
    command() {
      mkdirSync(dataDir, { recursive: true })
      return {
        program: requireJava(settings).program,
        args: [
          ...[
            '-Xmx256m',
            '-XX:TieredStopAtLevel=1',
            `-Dquarkus.http.host=${loopback}`,
            `-Dquarkus.http.port=${port}`,
            '-Dquarkus.log.level=INFO',
          ],
          ...[`-Dquarkus.datasource.jdbc.url=${database}`, '-Dquarkus.datasource.jdbc.min-size=2'],
          ...['-Dquarkus.datasource.jdbc.initial-size=2', '-Dquarkus.datasource.jdbc.max-size=20'],
          ...['-jar', runnerJar],
        ],
        cwd: dataDir,
      }
    },
  }
}
