/** The schema registry: Apicurio, of which the stages use the API that is compatible with Confluent's. */
import { globSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { loopback } from '../environment.ts'
import { requireJava } from '../install/java.ts'
import { installFromMaven } from '../install/maven.ts'
import { answersOk } from '../probes/http.ts'
import type { Settings } from '../settings.ts'
import { registry as pin } from '../versions.ts'
import type { Service } from './service.ts'

export function registry(settings: Settings): Service {
  const port = settings.ports.registry
  const dataDir = join(settings.dataDir, 'registry')
  // on disk at each commit: the records in Kafka name schemas by id, so an id that is lost makes them unreadable
  const database = `jdbc:h2:file:${join(dataDir, 'registry')};WRITE_DELAY=0;FILE_LOCK=FS`
  let runnerJar = ''
  return {
    name: 'registry',
    needs: [],
    address: `http://${loopback}:${port}`,
    ports: [port],
    ready: () => answersOk(`http://${loopback}:${port}/apis/ccompat/v7/subjects`),
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
