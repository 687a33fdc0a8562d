/** MinIO, the default object store. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { credentialsFor } from '../credentials.ts'
import { bucket, loopback } from '../environment.ts'
import { installFromGo } from '../install/go.ts'
import { storeIsReady } from '../probes/s3.ts'
import type { Settings } from '../settings.ts'
import { minio as pin } from '../versions.ts'
import type { Service } from './service.ts'

export function minio(settings: Settings): Service {
  const { s3, s3Console } = settings.ports
  const dataDir = join(settings.dataDir, 'minio')
  const endpoint = `http://${loopback}:${s3}`
  const credentials = credentialsFor(settings)
  let folder = ''
  return {
    name: 'minio',
    needs: [],
    address: endpoint,
    ports: [s3, s3Console],
    ready: () => storeIsReady({ endpoint, bucket, ...credentials }),
    async install() {
      folder = await installFromGo(settings, 'minio', pin)
    },
    command() {
      mkdirSync(dataDir, { recursive: true })
      return {
        program: join(folder, 'minio'),
        args: [
          ...['server', '--address', `${loopback}:${s3}`, '--console-address', `${loopback}:${s3Console}`],
          ...['--certs-dir', join(settings.runDir, 'minio-certs'), join(dataDir, 'objects')],
        ],
        env: {
          MINIO_ROOT_USER: credentials.accessKey,
          MINIO_ROOT_PASSWORD: credentials.secretKey,
          MINIO_UPDATE: 'off',
        },
        cwd: dataDir,
      }
    },
  }
}
