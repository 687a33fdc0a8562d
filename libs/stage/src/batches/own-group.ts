import { randomUUID } from 'node:crypto'
import type { StageKit } from './stage-kit.ts'

type Kit = Pick<StageKit, 'admin' | 'names' | 'stage' | 'log'>

/** kafkajs can read only as a member of a group: this one is its own, and nobody else joins it. */
export const newGroup = ({ names, stage }: Pick<Kit, 'names' | 'stage'>): string =>
  `${names.reader(stage.name)}${randomUUID()}`

/** If this fails, Kafka deletes the empty group later. Only a missing right is logged. */
export async function dropGroup({ admin, log, stage }: Kit, group: string): Promise<void> {
  const isDenied = ({ errorCode }: { errorCode?: number }) => errorCode === groupDenied
  await admin.deleteGroups([group]).catch((error: unknown) => {
    const { groups = [] } = error as { groups?: { errorCode?: number }[] }
    if (groups.some(isDenied))
      log.warn(
        { group },
        `Kafka does not let us Delete the group ${group}: see "dsf rights kafka ${stage.name}"`,
      )
  })
}

const groupDenied = 30
