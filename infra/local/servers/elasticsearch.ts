/** Elasticsearch, one node, on loopback; it asks nobody who they are but with SECURE=1. */
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { loopback } from '../environment.ts'
import { requireJava } from '../install/java.ts'
import { installFromMaven } from '../install/maven.ts'
import { answersOk } from '../probes/http.ts'
import { giveSecurity, operatorHeaders } from '../secure/elasticsearch.ts'
import { grantsOf, writeRoles } from '../secure/grants.ts'
import type { Settings } from '../settings.ts'
import { elasticsearch as pin } from '../versions.ts'
import { giveTo, unprivilegedFolder, unprivilegedUser } from './foreign-folder.ts'
import { compilers } from './java-settings.ts'
import type { Service } from './service.ts'

export function elasticsearch(settings: Settings): Service {
  const { elasticsearch: port, elasticsearchTransport } = settings.ports
  const address = `${settings.secure ? 'https' : 'http'}://${loopback}:${port}`
  let distribution = ''
  return {
    name: 'elasticsearch',
    needs: [],
    address,
    ports: [port, elasticsearchTransport],
    ready: () =>
      answersOk(`${address}/_cluster/health?wait_for_status=yellow&timeout=2s`, operatorHeaders(settings)),
    ...(settings.secure
      ? { serving: async () => writeRoles(rolesFolder(settings), grantsOf(settings)) }
      : {}),
    async install() {
      distribution = join(await installFromMaven(settings, pin), pin.id)
    },
    command() {
      const { home, folder, temporary } = prepareFolders(settings, distribution)
      const options = {
        'cluster.name': 'data-stream-flow',
        'discovery.type': 'single-node',
        ...(settings.secure ? secured(settings, home) : { 'xpack.security.enabled': false }),
        'network.host': loopback,
        'http.port': port,
        'transport.port': elasticsearchTransport,
        'path.data': join(folder, 'data'),
        'path.logs': join(folder, 'logs'),
        // a laptop's disk is nearly full every day, and a read-only index would stop the pipeline
        'cluster.routing.allocation.disk.threshold_enabled': false,
      }
      return {
        program: join(home, 'bin/elasticsearch'),
        args: Object.entries(options).flatMap(([key, value]) => ['-E', `${key}=${value}`]),
        env: {
          ES_JAVA_HOME: requireJava(settings).home,
          ES_JAVA_OPTS: ['-Xms1g', '-Xmx1g', ...compilers(settings)].join(' '),
          ES_TMPDIR: temporary,
        },
        cwd: home,
        user: unprivilegedUser(),
      }
    },
  }
}

/** Where it finds its roles, whether it runs or not. */
export const rolesFolder = ({ dataDir }: Settings) => join(dataDir, 'elasticsearch', pin.id, 'config')

function secured(settings: Settings, home: string) {
  const options = giveSecurity(settings, home)
  giveTo(unprivilegedUser(), join(home, 'config'))
  return options
}

/** Each stack has a copy of the distribution, because the server writes into its own config and log folders. */
function prepareFolders(settings: Settings, distribution: string) {
  const folder = unprivilegedFolder(join(settings.dataDir, 'elasticsearch'))
  const home = join(folder, basename(distribution))
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary, { recursive: true })
  if (!existsSync(home)) cpSync(distribution, home, { recursive: true })
  giveTo(unprivilegedUser(), folder)
  return { folder, home, temporary }
}
