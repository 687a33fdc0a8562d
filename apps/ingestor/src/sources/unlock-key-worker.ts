/** The thread of `unlock-key.ts`: opens the key, and then signs what it is told to. */
import { parentPort, workerData } from 'node:worker_threads'
import ssh2 from 'ssh2'
import type { Answer, Wanted } from './unlock-key.ts'

const { privateKey, passphrase } = workerData as { privateKey: string; passphrase: string }
const port = parentPort!
const answer = (message: Answer) => port.postMessage(message)
const key = ssh2.utils.parseKey(privateKey, passphrase)
if (key instanceof Error) answer({ problem: key.message })
else {
  answer({ bytes: key.getPublicSSH() })
  port.on('message', ({ data, hash }: Wanted) => {
    const signature = (key.sign as (data: Buffer, hash?: string) => Buffer | Error)(Buffer.from(data), hash)
    answer(signature instanceof Error ? { problem: signature.message } : { bytes: signature })
  })
}
