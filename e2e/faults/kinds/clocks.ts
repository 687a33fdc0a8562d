/** Clocks that jump, under the process and under nobody else. */
import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aptInstall } from '../../../infra/local/install/apt.ts'
import { stageNames } from '../../../infra/local/servers/stages.ts'
import { runDir } from '../../support/stack.ts'
import { moment } from '../plan.ts'
import { sleep } from '../stages.ts'
import { restart } from '../world.ts'
import type { Fault } from './fault.ts'

const find = () => globSync('/usr/lib/*/faketime/libfaketime.so.1')[0]

/** Debian's package; installed where that is allowed. @throws Error with the way out */
export function installFaketime(): string {
  const library = find() ?? (aptInstall(['faketime']) ? find() : undefined)
  if (!library) throw new Error('libfaketime is missing (on Debian: apt-get install faketime)')
  return library
}

/** Seconds by which the clock is wrong, one after the other. */
const jumps = ['+3600', '-7200', '+86400', '+0']

export const clocks: Fault[] = stageNames.map((stage) => ({
  id: 'F20',
  title: `the clock of the ${stage} jumps an hour ahead, two back, a day ahead`,
  inject: async (world, its) => {
    const file = join(runDir, `clock-${stage}`)
    writeFileSync(file, '+0')
    await restart(world, stage, {
      LD_PRELOAD: installFaketime(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      // what a machine's clock does when it is set: the time since boot goes on
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_RESET: '1',
    })
    await its.begin()
    for (const jump of jumps) {
      await sleep(moment(its.random))
      writeFileSync(file, jump)
    }
    await its.arrived()
    await restart(world, stage)
  },
}))
