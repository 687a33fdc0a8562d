/** Waiting for real readiness. */
import { setTimeout as sleep } from 'node:timers/promises'
import { StackError } from './errors.ts'
import { messageOf } from '../message-of.ts'
import { lastLines } from './install/tool.ts'
import { isAlive, type ProcessRecord } from './processes/record.ts'
import { logFile } from './processes/start.ts'
import type { Service } from './servers/service.ts'

/** The first start of a stack shares two cores with a compiler. One that ended is not waited for. */
const patienceMs = 300_000
const pauseMs = 250

export async function untilReady(service: Service, record: ProcessRecord, runDir: string): Promise<void> {
  const log = logFile(runDir, service.name)
  try {
    await within(
      patienceMs,
      () => service.ready(),
      () => isAlive(record),
    )
  } catch (error) {
    // of one that ended the last answer is only that nobody listens; its log has the reason
    const state = isAlive(record)
      ? `runs as pid ${record.pid} but is not ready: ${messageOf(error)}`
      : 'ended while it started'
    const wayOut = isAlive(record)
      ? 'Run make down, then make up.'
      : 'When the cause is mended, run make up again.'
    throw new StackError(`${service.name} ${state}. ${wayOut}\nThe end of ${log}:\n${lastLines(log, 15)}`)
  }
}

/** Repeats until `attempt` does not throw; after `ms`, or when there is no more hope, throws what it threw last. */
export async function within(ms: number, attempt: () => Promise<void>, hope = () => true): Promise<void> {
  const deadline = Date.now() + ms
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > deadline || !hope()) throw error
    }
    await sleep(pauseMs)
  }
}
