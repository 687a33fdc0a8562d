/** MinIO, the default object store. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { credentialsFor } from '../credentials.ts'
import { bucket, loopback } from '../environment.ts'
import { installFromGo } from '../install/go.ts'
import { storeIsReady } from '../probes/s3.ts'
import { certificateOf } from '../secure/certificates.ts'
import { grantInMinio, grantsOf } from '../secure/grants.ts'
import { keyFile, readKey } from '../secure/keys.ts'
import type { Settings } from '../settings.ts'
import { minio as pin } from '../versions.ts'
import type { Service } from './service.ts'

export function minio(settings: Settings): Service {
  const { s3, s3Console } = settings.ports
  const dataDir = join(settings.dataDir, 'minio')
  const endpoint = `${settings.secure ? 'https' : 'http'}://${loopback}:${s3}`
  const certificates = join(settings.runDir, 'minio-certs')
  let folder = ''
  return {
    name: 'minio',
    needs: [],
    address: endpoint,
    ports: [s3, s3Console],
    ready: () => storeIsReady({ endpoint, bucket, ...rootOf(settings) }),
    ...(settings.secure ? { serving: () => grantInMinio(settings, grantsOf(settings)) } : {}),
    async install() {
      folder = await installFromGo(settings, 'minio', pin)
    },
    command() {
      mkdirSync(dataDir, { recursive: true })
      if (settings.secure) giveCertificate(settings, certificates)
      return {
        program: join(folder, 'minio'),
        args: [
          ...['server', '--address', `${loopback}:${s3}`, '--console-address', `${loopback}:${s3Console}`],
          ...['--certs-dir', certificates, join(dataDir, 'objects')],
        ],
        env: { ...rootVariables(settings), MINIO_UPDATE: 'off' },
        cwd: dataDir,
      }
    },
  }
}

const rootOf = (settings: Settings) =>
  settings.secure
    ? {
        accessKey: readKey(settings, 'admin', 's3-access-key'),
        secretKey: readKey(settings, 'admin', 's3-secret-key'),
      }
    : credentialsFor(settings)

function rootVariables(settings: Settings): NodeJS.ProcessEnv {
  if (settings.secure)
    return {
      MINIO_ROOT_USER_FILE: keyFile(settings, 'admin', 's3-access-key'),
      MINIO_ROOT_PASSWORD_FILE: keyFile(settings, 'admin', 's3-secret-key'),
    }
  const { accessKey, secretKey } = credentialsFor(settings)
  return { MINIO_ROOT_USER: accessKey, MINIO_ROOT_PASSWORD: secretKey }
}

/** MinIO looks for them under these names. */
function giveCertificate(settings: Settings, folder: string): void {
  const { cert, key } = certificateOf(settings, 'minio')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  copyFileSync(cert, join(folder, 'public.crt'))
  copyFileSync(key, join(folder, 'private.key'))
}
