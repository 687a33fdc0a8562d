import { brokers } from './brokers.ts'
import { clocks } from './clocks.ts'
import { crashes } from './crashes.ts'
import type { Fault } from './fault.ts'
import { foreigners } from './foreigners.ts'
import { members } from './members.ts'
import { outages } from './outages.ts'
import { overload } from './overload.ts'
import { refusals } from './refusals.ts'
import { sources } from './sources.ts'

export const faults: Fault[] = [
  ...crashes,
  ...members,
  ...outages,
  ...overload,
  ...refusals,
  ...sources,
  ...foreigners,
  ...clocks,
  ...brokers,
]
