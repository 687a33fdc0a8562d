/** Says of each server and stage where it is and whether it serves. */
import { messageOf } from './errors.ts'
import { isAlive, readRecord } from './processes/record.ts'
import { servicesOf } from './servers/catalogue.ts'
import type { Service } from './servers/service.ts'
import type { Settings } from './settings.ts'

interface ServiceStatus {
  readonly name: string
  readonly state: 'ready' | 'not ready' | 'down'
  readonly address: string
  readonly pid: number | null
  /** Why it is not ready, or what of it stands still. */
  readonly reason?: string
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
  try {
    await service.ready()
    const reason = await service.standsStill?.()
    return { name, state: 'ready', address, pid: record.pid, ...(reason ? { reason } : {}) }
  } catch (error) {
    return { name, state: 'not ready', address, pid: record.pid, reason: messageOf(error) }
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
