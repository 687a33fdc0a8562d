/** ZooKeeper, from the same artifacts as the broker that needs it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { loopback } from '../environment.ts'
import { requireJava } from '../install/java.ts'
import { installFromMaven } from '../install/maven.ts'
import { fourLetterWords, zookeeperIsReady } from '../probes/zookeeper.ts'
import type { Settings } from '../settings.ts'
import { kafkaWithZookeeper } from '../versions.ts'
import { log4j1, writeProperties } from './java-settings.ts'
import type { Service } from './service.ts'

export function zookeeper(settings: Settings): Service {
  const port = settings.ports.zookeeper
  const dataDir = join(settings.dataDir, 'zookeeper')
  const properties = {
    dataDir,
    clientPort: port,
    clientPortAddress: loopback,
    tickTime: 2000,
    // the broker asks for 6 s
    minSessionTimeout: 4000,
    maxClientCnxns: 0,
    'admin.enableServer': false,
    'autopurge.purgeInterval': 1,
    '4lw.commands.whitelist': fourLetterWords.join(','),
  }
  let jars = ''
  return {
    name: 'zookeeper',
    needs: [],
    address: `${loopback}:${port}`,
    ports: [port],
    ready: () => zookeeperIsReady(port),
    async install() {
      jars = await installFromMaven(settings, kafkaWithZookeeper)
    },
    command() {
      mkdirSync(dataDir, { recursive: true })
      const config = writeProperties(dataDir, 'zoo.cfg', properties)
      const logging = writeProperties(dataDir, 'log4j.properties', log4j1)
      return {
        program: requireJava(settings).program,
        args: [
          ...[
            '-Xmx128m',
            '-XX:TieredStopAtLevel=1',
            `-Dlog4j.configuration=file:${logging}`,
            '-cp',
            `${jars}/*`,
          ],
          ...['org.apache.zookeeper.server.quorum.QuorumPeerMain', config],
        ],
      }
    },
  }
}
