/** The real servers, ended without a word and started again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, membersOf, readRecord } from '../../infra/local/processes/record.ts'
import { startProcess } from '../../infra/local/processes/start.ts'
import { untilReady } from '../../infra/local/ready.ts'
import { servicesOf } from '../../infra/local/servers/catalogue.ts'
import { runDir, settings } from '../support/stack.ts'

export type ServerName =
  'kafka' | 'kafka-2' | 'kafka-3' | 'zookeeper' | 'registry' | 'minio' | 'elasticsearch'

/** SIGKILL to the server and its children: Elasticsearch has one that listens. */
export async function killServer(name: ServerName): Promise<void> {
  const record = readRecord(runDir, name)
  if (!record || !isAlive(record)) throw new Error(`${name} does not run, so it cannot be killed`)
  for (const pid of membersOf(record)) process.kill(pid, 'SIGKILL')
  while (membersOf(record).length > 0) await sleep(20)
}

/** Starts it on the data that its last life left, and waits until it serves. */
export async function startServer(name: ServerName): Promise<void> {
  const service = servicesOf(settings).find((one) => one.name === name)!
  await service.install()
  const record = await startProcess(runDir, service, await service.command())
  await untilReady(service, record, runDir)
}
