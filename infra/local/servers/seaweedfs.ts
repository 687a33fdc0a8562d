/** SeaweedFS, the object store of the profile STORE=seaweedfs: keeps us honest about plain S3. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { credentialsFor, writeSecret } from '../credentials.ts'
import { bucket, loopback } from '../environment.ts'
import { installFromPypi } from '../install/python-packages.ts'
import type { Ports } from '../ports.ts'
import { storeIsReady } from '../probes/s3.ts'
import type { Settings } from '../settings.ts'
import { seaweedfs as pin } from '../versions.ts'
import type { Service } from './service.ts'

export function seaweedfs(settings: Settings): Service {
  const dataDir = join(settings.dataDir, 'seaweedfs')
  const endpoint = `http://${loopback}:${settings.ports.s3}`
  const credentials = credentialsFor(settings)
  let folder = ''
  return {
    name: 'seaweedfs',
    needs: [],
    address: endpoint,
    ports: Object.values(portOptions(settings.ports)),
    ready: () => storeIsReady({ endpoint, bucket, ...credentials }),
    async install() {
      folder = await installFromPypi(settings, 'seaweedfs', pin)
    },
    command() {
      mkdirSync(dataDir, { recursive: true })
      const identities = join(settings.runDir, 'seaweedfs-identities.json')
      writeSecret(identities, identitiesFor(credentials))
      const options = {
        dir: dataDir,
        ip: loopback,
        'ip.bind': loopback,
        s3: true,
        's3.config': identities,
        's3.port.iceberg': 0,
        's3.port.lance': 0,
        's3.localSocket': join(dataDir, 's3.sock'),
        'filer.localSocket': join(dataDir, 'filer.sock'),
        // small volumes made as they are needed: a bucket takes 7 of them, and the default is 8 of 30 GB
        'master.volumeSizeLimitMB': 1024,
        'volume.max': 0,
        'volume.preStopSeconds': 1,
        'master.telemetry': false,
        ...portOptions(settings.ports),
      }
      const args = Object.entries(options).map(([name, value]) => `-${name}=${value}`)
      return { program: join(folder, 'bin/weed'), args: ['server', ...args], cwd: dataDir }
    },
  }
}

function portOptions(ports: Ports) {
  return {
    'master.port': ports.seaweedMaster,
    'master.port.grpc': ports.seaweedMasterGrpc,
    'volume.port': ports.seaweedVolume,
    'volume.port.grpc': ports.seaweedVolumeGrpc,
    'filer.port': ports.seaweedFiler,
    'filer.port.grpc': ports.seaweedFilerGrpc,
    's3.port': ports.s3,
    's3.port.grpc': ports.seaweedS3Grpc,
  }
}

function identitiesFor({ accessKey, secretKey }: { accessKey: string; secretKey: string }) {
  const actions = ['Admin', 'Read', 'Write', 'List', 'Tagging']
  return { identities: [{ name: 'data-stream-flow', credentials: [{ accessKey, secretKey }], actions }] }
}
