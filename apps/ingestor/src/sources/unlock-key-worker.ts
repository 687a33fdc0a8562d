/** The thread of `unlock-key.ts`: opens the key, and then signs what it is told to. */
import { parentPort, workerData } from 'node:worker_threads'
import ssh2 from 'ssh2'
import type { Told, Wanted } from './unlock-key.ts'

const { privateKey, passphrase } = workerData as { privateKey: string; passphrase: string }
const port = parentPort!
const tell = (told: Told) => port.postMessage(told)
const key = ssh2.utils.parseKey(privateKey, passphrase)
if (key instanceof Error) tell({ problem: key.message })
else {
  tell({ bytes: key.getPublicSSH() })
  port.on('message', ({ data, hash }: Wanted) => {
    const signature = (key.sign as (data: Buffer, hash?: string) => Buffer | Error)(Buffer.from(data), hash)
    tell(signature instanceof Error ? { problem: signature.message } : { bytes: signature })
  })
}
