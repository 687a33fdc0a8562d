/** Says of each server and stage where it is and whether it serves. */
import { messageOf } from '../message-of.ts'
import { isAlive, readRecord } from './processes/record.ts'
import { servicesOf } from './servers/catalogue.ts'
import type { Service } from './servers/service.ts'
import type { Settings } from './settings.ts'
import { waitsText, type Behind } from './stage-waits.ts'

interface ServiceStatus {
  readonly name: string
  readonly state: 'ready' | 'not ready' | 'down'
  readonly address: string
  readonly pid: number | null
  /** Why it is not ready, what of it stands still, and how far it is behind. */
  readonly reason?: string
  /** topics of a stage in which records wait */
  readonly behind?: readonly Behind[]
}

export async function stackStatus(settings: Settings) {
  const { kafka, store, portBase, runDir } = settings
  const services = await Promise.all(servicesOf(settings).map((service) => serviceStatus(settings, service)))
  return { kafka, store, portBase, runDir, services }
}

async function serviceStatus({ runDir }: Settings, service: Service): Promise<ServiceStatus> {
  const { name, address } = service
  const record = readRecord(runDir, name)
  if (!record || !isAlive(record)) return { name, state: 'down', address, pid: null }
  const [refusal, waits] = await Promise.all([
    service.ready().then(() => undefined, messageOf),
    service.waits?.().catch(() => undefined),
  ])
  const reason = (waits && waitsText(waits)) ?? refusal
  return {
    ...{ name, state: refusal === undefined ? 'ready' : 'not ready', address, pid: record.pid },
    ...(reason ? { reason } : {}),
    ...(waits && waits.behind.length > 0 ? { behind: waits.behind } : {}),
  }
}

export function statusTable(services: readonly ServiceStatus[]): string {
  const rows = services.map(({ name, state, address, pid, reason = '' }) => [
    name,
    state,
    address,
    String(pid ?? ''),
    reason,
  ])
  return table([['name', 'state', 'address', 'pid', ''], ...rows])
}

export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
